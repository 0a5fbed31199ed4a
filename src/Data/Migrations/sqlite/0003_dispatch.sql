create table dispatch_unit (
    code text not null,
    name text not null,
    kind text not null,
    parent text,
    division text,
    name_en text,
    primary key (code));
create index dispatch_unit_parent on dispatch_unit (parent, code);

create table dispatch_revision (
    part text not null,
    revision integer not null,
    primary key (part));

create table dispatch_catalogue (
    version integer not null,
    saved_at text not null,
    saved_by text not null,
    csv text not null,
    primary key (version));

create table dispatch_ticket (
    number text not null,
    filed_at text,
    channel text,
    kind text,
    title text,
    description text,
    address text,
    lat real,
    lng real,
    category_hint text,
    urgency text,
    confidential integer not null,
    status text not null,
    since text not null,
    round integer not null,
    version integer not null,
    closed_at text,
    closed_how text,
    primary key (number));
create index dispatch_ticket_status on dispatch_ticket (status, since, number);

create table dispatch_decision (
    number text not null,
    round integer not null,
    cause text not null,
    rule_id text,
    lead text,
    lead_name text,
    support text not null,
    deadline_class text,
    category text,
    category_name text,
    street text,
    street_name text,
    community text,
    community_name text,
    confidence real not null,
    triage_reason text,
    candidates text not null,
    designated integer not null,
    explanation text not null,
    decided_at text not null,
    decided_by text not null,
    primary key (number, round),
    unique (number, cause));

create table dispatch_return (
    work_order text not null,
    returned_at text not null,
    number text not null,
    round integer not null,
    unit text not null,
    unit_name text not null,
    as_lead integer not null,
    reason text not null,
    basis text not null,
    suggested text,
    returned_by text not null,
    state text not null,
    reviewed_at text,
    reviewed_by text,
    note text,
    primary key (work_order, returned_at));
create index dispatch_return_state on dispatch_return (state, returned_at, work_order);
create index dispatch_return_ticket on dispatch_return (number, returned_at);
