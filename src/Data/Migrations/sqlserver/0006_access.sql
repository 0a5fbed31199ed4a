create table access_key (
    id varchar(64) not null primary key,
    hash char(64) not null,
    name nvarchar(200) not null,
    roles varchar(200) not null,
    unit varchar(64),
    created_at datetimeoffset(3) not null,
    revoked_at datetimeoffset(3));

create table access_account (
    user_name nvarchar(64) not null primary key,
    display_name nvarchar(200) not null,
    roles varchar(200) not null,
    unit varchar(64),
    password_hash varchar(400) not null,
    version int not null,
    failures int not null,
    locked_until datetimeoffset(3),
    created_at datetimeoffset(3) not null,
    disabled_at datetimeoffset(3));
