-- Messages are stored as bytes: several of one transaction are packed.
alter table outbox rename to outbox_before;
drop index outbox_due;
drop index outbox_fault;
create table outbox (
    id text not null,
    role text not null,
    kind text not null,
    ticket text not null,
    body blob not null,
    messages integer not null,
    created_at text not null,
    due_at text not null,
    attempts integer not null,
    fault text,
    faulted_at text,
    primary key (id, role)); -- with a rowid: bodies are too large to stand in the key's own tree
insert into outbox (id, role, kind, ticket, body, messages, created_at, due_at, attempts, fault, faulted_at)
select id, role, kind, ticket, cast(body as blob), messages, created_at, due_at, attempts, fault, faulted_at from outbox_before;
drop table outbox_before;
create index outbox_due on outbox (due_at, id) where fault is null;
create index outbox_fault on outbox (faulted_at, id) where fault is not null;
