create table organisation_policy (
    installation_id bigint not null primary key,
    -- the last version of the organisation's file of settings in which nothing was wrong
    text text not null,
    updated_at bigint not null
);

create table process (
    -- a random id: one for each start
    process_id text not null primary key,
    seen_at bigint not null
);
