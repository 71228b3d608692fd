-- how often the worker of an execution fell silent, or could not store what came of it, since it was queued or a person
-- retried it
alter table execution add column silences integer not null default 0;
