create table timeline (
    id integer primary key autoincrement,
    ticket text not null,
    at text not null,
    actor text not null,
    action text not null,
    unit text,
    reason text);
create index timeline_ticket on timeline (ticket, id);

create table outbox (
    id text not null,
    role text not null,
    kind text not null,
    ticket text not null,
    body text not null,
    created_at text not null,
    due_at text not null,
    attempts integer not null,
    fault text,
    faulted_at text,
    primary key (id, role)); -- with a rowid: bodies are too large to stand in the key's own tree
create index outbox_due on outbox (due_at, id) where fault is null;
create index outbox_fault on outbox (faulted_at, id) where fault is not null;
