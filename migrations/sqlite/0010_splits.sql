create table split (
    split_id bigint not null primary key,
    repository_id bigint not null,
    -- the branch that was cut
    branch text not null,
    state text not null check (state in ('planned', 'opening', 'open', 'merged', 'abandoned')),
    -- the whole of it: plan, branches, commits and pull requests
    split text not null,
    created_at bigint not null,
    updated_at bigint not null
);

create index split_of_repository on split (repository_id, state, branch);
create index split_by_age on split (updated_at);
