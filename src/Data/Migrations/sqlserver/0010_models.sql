-- Category models that were learned from the hotline's own tickets, and which one is in use.
create table dispatch_model (
    version bigint not null,
    trained_at datetimeoffset(3) not null,
    trained_by nvarchar(200) not null,
    texts int not null,
    classes int not null,
    share float not null,
    newest datetimeoffset(3) not null,
    tested int not null,
    correct int not null,
    correct_before int not null,
    taken bit not null,
    model varbinary(max),
    primary key (version));

create table dispatch_model_use (
    id bigint not null,
    version bigint not null,
    used_at datetimeoffset(3) not null,
    used_by nvarchar(200) not null,
    primary key (id));

-- The class that the returning unit takes the matter for.
alter table dispatch_return add category nvarchar(64);
