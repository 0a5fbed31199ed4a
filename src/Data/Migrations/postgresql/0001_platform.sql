create table timeline (
    id bigint generated always as identity primary key,
    ticket text not null,
    at timestamptz not null,
    actor text not null,
    action text not null,
    unit text,
    reason text);
create index timeline_ticket on timeline (ticket, id);

create table outbox (
    id text collate "C" not null,
    role text not null,
    kind text not null,
    ticket text not null,
    body text not null,
    created_at timestamptz not null,
    due_at timestamptz not null,
    attempts integer not null,
    fault text,
    faulted_at timestamptz,
    primary key (id, role));
create index outbox_due on outbox (due_at, id) where fault is null;
create index outbox_fault on outbox (faulted_at, id) where fault is not null;
-- A row lives for milliseconds: without this, dead rows pile up between the default vacuums.
alter table outbox set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, fillfactor = 90);
