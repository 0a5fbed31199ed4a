-- What counting needs of one ticket, merged from the messages about it. Bytewise order, so that every process takes rows in the same one.
create table reporting_fact (
    ticket text collate "C" not null primary key,
    body text not null) with (fillfactor = 80);

-- Counts. unit '' is the whole hotline; the other units carry their own breakdowns. Changed only by adding.
create table reporting_rollup (
    day text collate "C" not null,
    unit text collate "C" not null,
    dimension text collate "C" not null,
    code text collate "C" not null,
    measure text collate "C" not null,
    value bigint not null,
    primary key (day, unit, dimension, code, measure)) with (fillfactor = 60);
-- The rows of today change with every parcel: what dies there is cleaned at once, and the updates stay off the index.
alter table reporting_rollup set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);

-- The names that people read, with the day they were last heard.
create table reporting_label (
    dimension text collate "C" not null,
    code text collate "C" not null,
    day text collate "C" not null,
    name text collate "C" not null,
    primary key (dimension, code));

-- One row: how often the rollups were corrected. It keeps two corrections from being added for one error.
create table reporting_correction (number bigint not null);
insert into reporting_correction (number) values (0);
