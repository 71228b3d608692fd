create table delivery (
    delivery_id text not null primary key,
    event text not null,
    action text,
    installation_id bigint,
    repository_id bigint,
    status text not null check (status in ('accepted', 'skipped')),
    reason text,
    received_at bigint not null,
    size bigint not null,
    -- null once the payload was pruned
    payload_encoding text,
    payload blob
);
create index delivery_received on delivery (received_at);
-- pruning goes from the oldest payload that is still there
create index delivery_payload on delivery (received_at) where payload_encoding is not null;

create table execution (
    execution_id integer primary key autoincrement,
    workflow text not null,
    lane text,
    supersede boolean not null,
    priority integer not null,
    installation_id bigint,
    repository_id bigint,
    repo text,
    input text not null,
    delivery_id text references delivery on delete set null,
    status text not null
        check (status in ('queued', 'running', 'succeeded', 'failed', 'superseded', 'cancelled', 'skipped')),
    reason text,
    -- the place in line: lower goes first, within one priority
    turn bigint not null,
    -- not in line before run_at
    waiting boolean not null default false,
    attempt integer not null default 0,
    tries integer not null default 0,
    -- what a running one is to become instead of going on
    stop text check (stop in ('superseded', 'cancelled')),
    worker text,
    lease_until bigint,
    created_at bigint not null,
    run_at bigint not null,
    started_at bigint,
    finished_at bigint
);
-- the two guarantees: one running execution a lane; of those that supersede each other at most one queued
create unique index execution_one_running on execution (lane) where status = 'running';
create unique index execution_superseding on execution (lane, workflow, status)
    where supersede and status in ('queued', 'running');
-- claiming reads the first of this one
create index execution_line on execution (priority desc, turn, execution_id) where status = 'queued' and not waiting;
create index execution_waiting on execution (run_at) where status = 'queued' and waiting;
create index execution_running on execution (priority, turn) where status = 'running';
create index execution_share on execution (priority, coalesce(installation_id, 0), turn)
    where status in ('queued', 'running');
-- what people look at
create index execution_failed on execution (execution_id) where status = 'failed';
create index execution_finished on execution (finished_at) where finished_at is not null;
create index execution_delivery on execution (delivery_id);
create index execution_repository on execution (repository_id, execution_id);

create table step (
    execution_id bigint not null references execution on delete cascade,
    path text not null,
    status text not null check (status in ('succeeded', 'failed', 'skipped')),
    output text not null,
    error text,
    attempt integer not null,
    started_at bigint not null,
    finished_at bigint not null,
    primary key (execution_id, path)
);

create table effect (
    repository_id bigint not null,
    key text not null,
    kind text not null,
    -- who is at it, or was last
    execution_id bigint not null,
    attempt integer not null,
    state text not null check (state in ('begun', 'done', 'failed')),
    effect text not null,
    result text,
    error text,
    begun_at bigint not null,
    finished_at bigint,
    primary key (repository_id, key)
);
create index effect_execution on effect (execution_id);
create index effect_begun on effect (begun_at);
