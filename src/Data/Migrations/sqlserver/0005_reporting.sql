-- What counting needs of one ticket, merged from the messages about it.
create table reporting_fact (
    ticket nvarchar(32) collate Latin1_General_BIN2 not null primary key,
    body nvarchar(max) not null);

-- Counts. unit '' is the whole hotline; the other units carry their own breakdowns. Changed only by adding.
create table reporting_rollup (
    day nvarchar(10) collate Latin1_General_BIN2 not null,
    unit nvarchar(64) collate Latin1_General_BIN2 not null,
    dimension nvarchar(16) collate Latin1_General_BIN2 not null,
    code nvarchar(64) collate Latin1_General_BIN2 not null,
    measure nvarchar(32) collate Latin1_General_BIN2 not null,
    value bigint not null,
    primary key (day, unit, dimension, code, measure));

-- The names that people read, with the day they were last heard.
create table reporting_label (
    dimension nvarchar(16) collate Latin1_General_BIN2 not null,
    code nvarchar(64) collate Latin1_General_BIN2 not null,
    day nvarchar(10) collate Latin1_General_BIN2 not null,
    name nvarchar(200) collate Latin1_General_BIN2 not null,
    primary key (dimension, code));

-- One row: how often the rollups were corrected. It keeps two corrections from being added for one error.
create table reporting_correction (number bigint not null);
insert into reporting_correction (number) values (0);
