-- A list by a state that is rare read all that the unit had open: 92,000 orders took 750 ms. An order stands in one index in the order of the lists, whatever its state.
create index handling_work_order_list on handling_work_order (unit_code, state, reply_by, id);
drop index handling_work_order_open;
drop index handling_work_order_replied;
drop index handling_work_order_cancelled;
