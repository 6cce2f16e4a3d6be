import sys,time,io
from pathlib import Path
from django.core.management import call_command
from tests.institutions.municipality.neighbours import running_jlis
from tests.institutions.municipality.conftest import PROJECT
from tests.webkit import faces
def test_perf(exchange, institution_database, tmp_path):
    db=institution_database("municipality",("131229","272124"),migrated=True)
    jl=institution_database("jlis",migrated=True)
    with running_jlis(exchange, jl, tmp_path/"log"), faces.face(PROJECT,db,**exchange.systems.environment("municipality")):
        for code,f in (("272124","b"),("131229","a")):
            for c in (["load_population",f"/tmp/pop/{f}"],["number_residents"],["acquire_codes"],["register_copies"]):
                t=time.perf_counter(); o=io.StringIO(); call_command(*c,tenant=code,stdout=o); print(code,c[0],round(time.perf_counter()-t,2),o.getvalue().splitlines()[-1],file=sys.stderr)
