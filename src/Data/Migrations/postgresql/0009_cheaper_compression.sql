-- Long texts are compressed by LZ4 where the server was built with it: the usual method took a tenth of the server's time.
do $$
declare wide record;
begin
    if not exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)) then return; end if;
    for wide in
        select c.table_name, c.column_name
        from information_schema.columns c
        where c.table_schema = current_schema() and c.data_type = 'text'
            and (c.table_name, c.column_name) in (
                ('outbox', 'body'), ('intake_ticket', 'description'), ('dispatch_ticket', 'description'), ('dispatch_decision', 'explanation'),
                ('handling_work_order', 'description'), ('handling_work_order', 'why'), ('reporting_fact', 'body'))
    loop
        execute format('alter table %I alter column %I set compression lz4', wide.table_name, wide.column_name);
    end loop;
end $$;
