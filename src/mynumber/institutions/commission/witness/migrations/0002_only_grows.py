from django.db import migrations


class Migration(migrations.Migration):
    """A witness that forgets may cosign a fork: no row is removed, and none gets smaller, whatever the program does."""

    dependencies = [("commission_witness", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            DO $$
            DECLARE app_role text := regexp_replace(current_user, '_owner$', '');
            BEGIN
                IF app_role <> current_user THEN
                    EXECUTE format('REVOKE DELETE, TRUNCATE ON witnessed_log FROM %I', app_role);
                END IF;
            END $$
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION witnessed_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.origin <> OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root) THEN
                    RAISE EXCEPTION 'a witnessed log only grows' USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER witnessed_log_only_grows BEFORE UPDATE ON witnessed_log
                FOR EACH ROW EXECUTE FUNCTION witnessed_log_only_grows();
            """,
            """
            DROP TRIGGER witnessed_log_only_grows ON witnessed_log;
            DROP FUNCTION witnessed_log_only_grows;
            """,
        ),
    ]
