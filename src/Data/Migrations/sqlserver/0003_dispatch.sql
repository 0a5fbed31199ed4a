create table dispatch_unit (
    code nvarchar(32) collate Latin1_General_BIN2 not null,
    name nvarchar(200) not null,
    kind nvarchar(64) not null,
    parent nvarchar(32) collate Latin1_General_BIN2,
    division nvarchar(32) collate Latin1_General_BIN2,
    name_en nvarchar(200),
    primary key (code));
create index dispatch_unit_parent on dispatch_unit (parent, code);

create table dispatch_revision (
    part nvarchar(64) not null,
    revision bigint not null,
    primary key (part));

create table dispatch_catalogue (
    version bigint not null,
    saved_at datetimeoffset(3) not null,
    saved_by nvarchar(200) not null,
    csv nvarchar(max) not null,
    primary key (version));

create table dispatch_ticket (
    number nvarchar(32) collate Latin1_General_BIN2 not null,
    filed_at datetimeoffset(3),
    channel nvarchar(64),
    kind nvarchar(64),
    title nvarchar(max),
    description nvarchar(max),
    address nvarchar(max),
    lat float,
    lng float,
    category_hint nvarchar(64),
    urgency nvarchar(64),
    confidential bit not null,
    status nvarchar(64) not null,
    since datetimeoffset(3) not null,
    round int not null,
    version int not null,
    closed_at datetimeoffset(3),
    closed_how nvarchar(64),
    primary key (number));
create index dispatch_ticket_status on dispatch_ticket (status, since, number);

create table dispatch_decision (
    number nvarchar(32) collate Latin1_General_BIN2 not null,
    round int not null,
    cause nvarchar(200) not null,
    rule_id nvarchar(64),
    lead nvarchar(32) collate Latin1_General_BIN2,
    lead_name nvarchar(200),
    support nvarchar(max) not null,
    deadline_class nvarchar(64),
    category nvarchar(64),
    category_name nvarchar(200),
    street nvarchar(32) collate Latin1_General_BIN2,
    street_name nvarchar(200),
    community nvarchar(32) collate Latin1_General_BIN2,
    community_name nvarchar(200),
    confidence float not null,
    triage_reason nvarchar(64),
    candidates nvarchar(max) not null,
    designated bit not null,
    explanation nvarchar(max) not null,
    decided_at datetimeoffset(3) not null,
    decided_by nvarchar(200) not null,
    primary key (number, round),
    unique (number, cause));

create table dispatch_return (
    work_order nvarchar(64) collate Latin1_General_BIN2 not null,
    returned_at datetimeoffset(3) not null,
    number nvarchar(32) collate Latin1_General_BIN2 not null,
    round int not null,
    unit nvarchar(32) collate Latin1_General_BIN2 not null,
    unit_name nvarchar(200) not null,
    as_lead bit not null,
    reason nvarchar(max) not null,
    basis nvarchar(max) not null,
    suggested nvarchar(200),
    returned_by nvarchar(200) not null,
    state nvarchar(64) not null,
    reviewed_at datetimeoffset(3),
    reviewed_by nvarchar(200),
    note nvarchar(max),
    primary key (work_order, returned_at));
create index dispatch_return_state on dispatch_return (state, returned_at, work_order);
create index dispatch_return_ticket on dispatch_return (number, returned_at);
