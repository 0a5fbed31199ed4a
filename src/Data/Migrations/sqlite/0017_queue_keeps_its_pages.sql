-- Nothing changes on this engine.
select 1;
