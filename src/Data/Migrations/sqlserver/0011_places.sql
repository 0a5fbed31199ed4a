-- The grids and the boundaries in force, each as it was sent; older ones are not kept.
create table dispatch_place_file (
    part nvarchar(64) not null,
    version bigint not null,
    saved_at datetimeoffset(3) not null,
    saved_by nvarchar(200) not null,
    body nvarchar(max) not null,
    primary key (part));

-- JSON: code, name and entrance.
alter table dispatch_decision add grid nvarchar(max);
