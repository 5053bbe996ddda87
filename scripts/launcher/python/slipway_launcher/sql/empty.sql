-- Drops what the current role owns in this database and leaves extensions, and schemas that hold any, in place.
DO $empty$
DECLARE
  statement text;
BEGIN
  CREATE TEMPORARY VIEW own_schemas AS
    SELECT n.oid, n.nspname AS name,
      n.nspname <> 'public' AND pg_has_role(n.nspowner, 'USAGE') AND NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE (d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid AND d.classid = 'pg_extension'::regclass)
          OR (d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
      ) AS whole
    FROM pg_namespace n
    WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%';

  FOREACH statement IN ARRAY ARRAY(
    SELECT format('DROP SCHEMA %I CASCADE', name) FROM own_schemas WHERE whole
  ) LOOP
    EXECUTE statement;
  END LOOP;

  FOREACH statement IN ARRAY ARRAY(
    SELECT format('DROP %s IF EXISTS %I.%I CASCADE',
      CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
        WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END, n.name, c.relname)
    FROM pg_class c JOIN own_schemas n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND pg_has_role(c.relowner, 'USAGE')
      AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i'))
  ) LOOP
    EXECUTE statement;
  END LOOP;

  FOREACH statement IN ARRAY ARRAY(
    SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
    FROM pg_proc p JOIN own_schemas n ON n.oid = p.pronamespace
    WHERE pg_has_role(p.proowner, 'USAGE') AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
  ) LOOP
    EXECUTE statement;
  END LOOP;

  FOREACH statement IN ARRAY ARRAY(
    SELECT format('DROP TYPE IF EXISTS %I.%I CASCADE', n.name, t.typname)
    FROM pg_type t JOIN own_schemas n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r') AND pg_has_role(t.typowner, 'USAGE') AND NOT EXISTS (
      SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype IN ('e', 'i'))
  ) LOOP
    EXECUTE statement;
  END LOOP;

  DROP VIEW own_schemas;
  PERFORM lo_unlink(oid) FROM pg_largeobject_metadata WHERE pg_has_role(lomowner, 'USAGE');
END
$empty$;
