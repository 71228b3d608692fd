-- a problem may be outdated, and comes back to its own thread
create table posted_finding_next (
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
    state text not null check (state in ('open', 'fixed', 'outdated', 'dismissed')),
    -- how often it came back
    returns bigint not null default 0,
    resolved_by_person boolean not null,
    -- not in the head when it was last looked for
    gone boolean not null default false,
    outdated boolean not null,
    head_sha text not null,
    updated_at bigint not null,
    primary key (repository_id, pull, fingerprint, occurrence)
);
insert into posted_finding_next (repository_id, pull, fingerprint, occurrence, path, line, rule, severity, comment_id,
        thread_node_id, state, resolved_by_person, outdated, head_sha, updated_at)
    select repository_id, pull, fingerprint, occurrence, path, line, rule, severity, comment_id, thread_node_id, state,
        resolved_by_person, outdated, head_sha, updated_at
    from posted_finding;
drop table posted_finding;
alter table posted_finding_next rename to posted_finding;

-- the last review of a pull request
create table review_round (
    repository_id bigint not null,
    pull bigint not null,
    head_sha text not null,
    -- what it went by: another one may find something new anywhere
    basis text not null,
    -- JSON: the files that were not looked at in full
    partly text not null,
    -- pushes that were reviewed since a person was heard of
    unheard bigint not null,
    reviewed_at bigint not null,
    primary key (repository_id, pull)
);
