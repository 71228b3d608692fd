//! From a signed webhook to what people see, through the whole house.
