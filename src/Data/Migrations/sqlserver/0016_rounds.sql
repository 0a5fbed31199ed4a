-- What the work orders of a round share is kept once: the matter, the dispatch decision and how the deadlines were reckoned. An order is then a few hundred bytes that change with every step.
create table handling_round (
    ticket nvarchar(64) collate Latin1_General_BIN2 not null,
    round int not null,
    title nvarchar(max) not null,
    description nvarchar(max) not null,
    address nvarchar(max) not null,
    lat float,
    lng float,
    kind nvarchar(32) not null,
    channel nvarchar(32) not null,
    category_code nvarchar(64) collate Latin1_General_BIN2,
    category_name nvarchar(200),
    street_code nvarchar(64) collate Latin1_General_BIN2,
    street_name nvarchar(200),
    confidential bit not null,
    why nvarchar(max) not null,
    filed_at datetimeoffset(3) not null,
    deadline_why nvarchar(max) not null,
    primary key (ticket, round));
insert into handling_round (ticket, round, title, description, address, lat, lng, kind, channel, category_code, category_name, street_code, street_name, confidential, why, filed_at, deadline_why)
select ticket, round, title, description, address, lat, lng, kind, channel, category_code, category_name, street_code, street_name, confidential, why, filed_at, deadline_why
from handling_work_order o
where not exists (select 1 from handling_work_order f where f.ticket = o.ticket and f.round = o.round and f.id < o.id);
alter table handling_work_order drop column title, description, address, lat, lng, kind, channel, category_code, category_name, street_code, street_name, confidential, why, filed_at, deadline_why;
