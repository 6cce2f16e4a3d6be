"""What was issued before cards had a table is taken over; changes of certificates are guarded and announced; rights are taken away."""

from django.db import migrations

from mynumber.institutions.jlis.rights import insert_only, without

# One card for each certificate: its number is made up of the row's (a leading 9), since the numbers of those cards were never kept.
_TAKE_OVER = """
INSERT INTO jlis_certification_card
       (card_serial, person_id, application_id, municipality, state, state_since, sequence, expires_on, made_at, handed_over_at)
SELECT '9' || lpad(id::text, 14, '0'), person_id, '', issued_through,
       CASE WHEN revoked_at IS NULL THEN 'handed_over' ELSE 'ended' END, coalesce(revoked_at, issued_at), 0,
       (not_after AT TIME ZONE 'Asia/Tokyo')::date, issued_at, issued_at
  FROM jlis_certification_authenticationcertificate;

INSERT INTO jlis_certification_certificate
       (serial, kind, hierarchy, generation, municipality_code, person_id, card_id, device, issued_through, issued_at, not_after,
        state, state_since, reason)
SELECT old.serial, 'authentication', 'authentication', old.generation, '', old.person_id, card.id, '', old.issued_through,
       old.issued_at, old.not_after,
       CASE WHEN old.revoked_at IS NULL THEN 'good' ELSE 'revoked' END, coalesce(old.revoked_at, old.issued_at), old.revocation_reason
  FROM jlis_certification_authenticationcertificate AS old
  JOIN jlis_certification_card AS card ON card.card_serial = '9' || lpad(old.id::text, 14, '0');

UPDATE jlis_certification_certificate AS new SET replaces_id = ordered.earlier
  FROM (SELECT id, lag(id) OVER (PARTITION BY person_id ORDER BY issued_at, id) AS earlier FROM jlis_certification_certificate) AS ordered
 WHERE ordered.id = new.id AND ordered.earlier IS NOT NULL;

SET CONSTRAINTS ALL IMMEDIATE;
"""

# The members that verify by law and ask by signed messages.
_MEMBERS = """
INSERT INTO jlis_certification_verifier (identifier, name, category, purposes, system_id, registered_at) VALUES
    ('portal', 'マイナポータル', 'public_body', '{authentication,signature,links,latest_attributes}', 'portal', now()),
    ('digital-agency', 'デジタル庁', 'public_body', '{authentication,signature,links,latest_attributes}', 'digital_agency', now());
"""

_GUARD = """
CREATE FUNCTION jlis_certificate_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'revoked' AND (NEW.state, NEW.state_since, NEW.reason) IS DISTINCT FROM (OLD.state, OLD.state_since, OLD.reason) THEN
        RAISE EXCEPTION 'a revoked certificate stays revoked' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.serial, NEW.kind, NEW.generation, NEW.municipality_code, NEW.person_id, NEW.card_id, NEW.parent_id, NEW.issued_at, NEW.not_after)
       IS DISTINCT FROM
       (OLD.serial, OLD.kind, OLD.generation, OLD.municipality_code, OLD.person_id, OLD.card_id, OLD.parent_id, OLD.issued_at, OLD.not_after)
    THEN
        RAISE EXCEPTION 'what a certificate is does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER jlis_certificate_guard BEFORE UPDATE ON jlis_certification_certificate
    FOR EACH ROW EXECUTE FUNCTION jlis_certificate_guard();

CREATE FUNCTION jlis_certificate_announce() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.state ELSE '' END;
BEGIN
    IF NEW.state = was THEN
        RETURN NULL;
    END IF;
    PERFORM pg_notify('jlis_certificate_status',
                      json_build_object('hierarchy', NEW.hierarchy, 'serial', NEW.serial, 'state', NEW.state)::text);
    IF NEW.state IN ('suspended', 'revoked') OR was IN ('suspended', 'revoked') THEN
        INSERT INTO jlis_certification_stalelist (hierarchy, generation, municipality_code)
        SELECT DISTINCT NEW.hierarchy, NEW.generation, code FROM unnest(ARRAY[NEW.municipality_code, '']) AS code;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER jlis_certificate_announce AFTER INSERT OR UPDATE OF state ON jlis_certification_certificate
    FOR EACH ROW EXECUTE FUNCTION jlis_certificate_announce();
"""

_NO_GUARD = """
DROP TRIGGER jlis_certificate_announce ON jlis_certification_certificate;
DROP TRIGGER jlis_certificate_guard ON jlis_certification_certificate;
DROP FUNCTION jlis_certificate_announce();
DROP FUNCTION jlis_certificate_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("jlis_certification", "0003_cards")]

    operations = [
        migrations.RunSQL(_TAKE_OVER, migrations.RunSQL.noop),
        migrations.RunSQL(_MEMBERS, migrations.RunSQL.noop),
        migrations.DeleteModel(name="AuthenticationCertificate"),
        migrations.RunSQL(_GUARD, _NO_GUARD),
        insert_only("jlis_certification_cardorder"),
        insert_only("jlis_certification_cardevent"),
        *(
            without(f"jlis_certification_{table}", "DELETE")
            for table in ("card", "certificate", "verifier", "verifieruse", "attributeconsent")
        ),
    ]
