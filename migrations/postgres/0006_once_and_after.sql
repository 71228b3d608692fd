-- what makes an execution one of a kind
alter table execution add column once text;
-- not claimed before that one has ended
alter table execution add column after_id bigint;
create unique index execution_once on execution (once) where once is not null;
