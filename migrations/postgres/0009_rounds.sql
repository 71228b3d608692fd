-- a problem may be outdated, and comes back to its own thread
alter table posted_finding drop constraint posted_finding_state_check;
alter table posted_finding add constraint posted_finding_state_check
    check (state in ('open', 'fixed', 'outdated', 'dismissed'));
-- how often it came back
alter table posted_finding add column returns bigint not null default 0;
-- not in the head when it was last looked for
alter table posted_finding add column gone boolean not null default false;

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
