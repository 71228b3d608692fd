create table schedule (
    name text not null primary key,
    every bigint not null,
    next_at bigint not null
);

create table installation (
    installation_id bigint not null primary key,
    account_id bigint not null,
    account_login text not null,
    account_is_bot boolean not null,
    state text not null check (state in ('active', 'suspended', 'removed')),
    updated_at bigint not null
);

create table posted_finding (
    repository_id bigint not null,
    pull bigint not null,
    fingerprint text not null,
    -- tells problems with the same fingerprint apart
    occurrence bigint not null,
    path text not null,
    line bigint,
    rule text,
    severity text check (severity in ('info', 'warning', 'error')),
    comment_id bigint,
    thread_node_id text,
    state text not null check (state in ('open', 'fixed', 'dismissed')),
    resolved_by_person boolean not null,
    outdated boolean not null,
    head_sha text not null,
    updated_at bigint not null,
    primary key (repository_id, pull, fingerprint, occurrence)
);

create table credential (
    name text not null primary key,
    -- encrypted before it comes here
    sealed blob not null,
    updated_at bigint not null
);
