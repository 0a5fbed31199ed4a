create table intake_number (
    day nvarchar(64) not null primary key,
    last int not null);

create table intake_ticket (
    number nvarchar(32) not null primary key,
    version int not null,
    status nvarchar(64) not null,
    filed_at datetimeoffset(3) not null,
    filed_by nvarchar(200) not null,
    channel nvarchar(64) not null,
    kind nvarchar(64) not null,
    title nvarchar(200) not null,
    description nvarchar(max) not null,
    address nvarchar(max) not null,
    lat float,
    lng float,
    category nvarchar(64),
    urgency nvarchar(64),
    confidential bit not null,
    attributes nvarchar(max),
    caller_name nvarchar(max),
    caller_phone nvarchar(max),
    phone_hash nvarchar(64) collate Latin1_General_BIN2,
    repeat_of nvarchar(64),
    excluded bit not null,
    urged int not null,
    answer nvarchar(max),
    closed_at datetimeoffset(3),
    closed_how nvarchar(64),
    round int not null,
    routing_version int not null,
    in_triage bit not null,
    reissued_after int not null,
    lead_code nvarchar(64),
    lead_name nvarchar(200),
    routed_category nvarchar(64),
    category_name nvarchar(200),
    order_round int not null,
    order_version int not null,
    order_state nvarchar(64),
    public_reply nvarchar(max));
create index intake_ticket_newest on intake_ticket (filed_at desc, number desc);
create index intake_ticket_status on intake_ticket (status, filed_at desc, number desc);
create index intake_ticket_lead on intake_ticket (lead_code, filed_at desc, number desc);
create index intake_ticket_category on intake_ticket (routed_category, filed_at desc, number desc);
create index intake_ticket_phone on intake_ticket (phone_hash, filed_at desc, number desc);

create table intake_callback (
    id nvarchar(64) not null primary key,
    ticket nvarchar(32) not null,
    round int not null,
    at datetimeoffset(3) not null,
    actor nvarchar(200) not null,
    outcome nvarchar(64) not null,
    solved bit,
    note nvarchar(max) not null,
    reissued bit not null);
create index intake_callback_ticket on intake_callback (ticket, at, id);

create table intake_request (
    caller nvarchar(200) collate Latin1_General_BIN2 not null,
    request_key nvarchar(200) collate Latin1_General_BIN2 not null,
    body_hash nvarchar(64) not null,
    ticket nvarchar(32) not null,
    filed_at datetimeoffset(3) not null,
    primary key (caller, request_key));
