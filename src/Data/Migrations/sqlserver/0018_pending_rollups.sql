-- What is still to be added to the lines of the rollups, a row for each transaction that counted: a line is changed once for many tickets.
create table reporting_pending (
    id nvarchar(32) collate Latin1_General_BIN2 not null primary key,
    lines int not null,
    body nvarchar(max) not null);
