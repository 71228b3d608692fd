-- a problem that a person does not want to hear of, in any pull request of the repository
create table dismissal (
    repository_id bigint not null,
    fingerprint text not null,
    path text not null,
    rule text,
    -- where it was dismissed
    pull bigint not null,
    way text not null check (way in ('resolved', 'reaction', 'deleted', 'command')),
    dismissed_by text not null,
    reason text,
    dismissed_at bigint not null,
    primary key (repository_id, fingerprint, path)
);

-- no reviews by themselves on this pull request
create table pause (
    repository_id bigint not null,
    pull bigint not null,
    -- null: Seam, because nobody was heard of
    paused_by text,
    paused_at bigint not null,
    primary key (repository_id, pull)
);
