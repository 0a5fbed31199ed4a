create table dispatch_unit (
    code text collate "C" not null,
    name text not null,
    kind text not null,
    parent text collate "C",
    division text collate "C",
    name_en text,
    primary key (code));
create index dispatch_unit_parent on dispatch_unit (parent, code);

create table dispatch_revision (
    part text not null,
    revision bigint not null,
    primary key (part));

create table dispatch_catalogue (
    version bigint not null,
    saved_at timestamptz not null,
    saved_by text not null,
    csv text not null,
    primary key (version));

create table dispatch_ticket (
    number text collate "C" not null,
    filed_at timestamptz,
    channel text,
    kind text,
    title text,
    description text,
    address text,
    lat double precision,
    lng double precision,
    category_hint text,
    urgency text,
    confidential boolean not null,
    status text not null,
    since timestamptz not null,
    round integer not null,
    version integer not null,
    closed_at timestamptz,
    closed_how text,
    primary key (number));
create index dispatch_ticket_status on dispatch_ticket (status, since, number);

create table dispatch_decision (
    number text collate "C" not null,
    round integer not null,
    cause text not null,
    rule_id text,
    lead text collate "C",
    lead_name text,
    support text not null,
    deadline_class text,
    category text,
    category_name text,
    street text collate "C",
    street_name text,
    community text collate "C",
    community_name text,
    confidence double precision not null,
    triage_reason text,
    candidates text not null,
    designated boolean not null,
    explanation text not null,
    decided_at timestamptz not null,
    decided_by text not null,
    primary key (number, round),
    unique (number, cause));

create table dispatch_return (
    work_order text collate "C" not null,
    returned_at timestamptz not null,
    number text collate "C" not null,
    round integer not null,
    unit text collate "C" not null,
    unit_name text not null,
    as_lead boolean not null,
    reason text not null,
    basis text not null,
    suggested text,
    returned_by text not null,
    state text not null,
    reviewed_at timestamptz,
    reviewed_by text,
    note text,
    primary key (work_order, returned_at));
create index dispatch_return_state on dispatch_return (state, returned_at, work_order);
create index dispatch_return_ticket on dispatch_return (number, returned_at);
