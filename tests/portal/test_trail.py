import pytest
from django.db import connection

from provisioning.portal.staff import trail
from provisioning.portal.staff.models import Line


@pytest.mark.django_db
def test_a_line_that_was_changed_or_taken_out_shows():
    for number in range(4):
        trail.note(None, "pass.block", f"pass {number}", programme=number)
    assert trail.first_broken() is None
    lines = list(Line.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE staff_line SET subject = 'pass 9' WHERE id = %s", [lines[1].pk])
    assert trail.first_broken() == lines[1]
    Line.objects.filter(pk=lines[1].pk).delete()
    assert trail.first_broken() == lines[2]
