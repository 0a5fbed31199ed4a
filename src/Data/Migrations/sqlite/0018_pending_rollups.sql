-- What is still to be added to the lines of the rollups, a row for each transaction that counted: a line is changed once for many tickets.
create table reporting_pending (
    id text not null primary key,
    lines integer not null,
    body text not null) strict;
