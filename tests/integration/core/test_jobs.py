"""Work in the background can be cancelled, and tells how far it has come."""

import pytest
from flask import Flask

from eventapp.core import files, jobs
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.errors import NotFound
from eventapp.core.files import StoredFile
from eventapp.core.jobs import Job, JobState
from eventapp.core.scope import ROOT


def _asked() -> int:
    with transaction():
        return jobs.enqueue("count", ROOT, SYSTEM)


def _cancelled(job_id: int) -> bool:
    with transaction():
        return jobs.cancel(job_id)


def test_cancelled_job_that_waits_is_never_begun(house: Flask):
    job_id, begun = _asked(), []
    assert _cancelled(job_id)
    jobs.run(job_id, {"count": lambda job: begun.append(job.id)})
    assert begun == []
    assert job_id not in jobs.due()
    assert db.session.get_one(Job, job_id).state is JobState.CANCELLED


def test_cancelled_job_that_runs_stops_where_it_next_tells_its_progress(house: Flask):
    job_id, steps = _asked(), []

    def count(job: Job) -> None:
        for step in range(5):
            jobs.progress(job_id, step, 5)
            steps.append(step)
            if step == 2:
                _cancelled(job_id)

    jobs.run(job_id, {"count": count})
    job = db.session.get_one(Job, job_id)
    assert steps == [0, 1, 2]
    assert (job.state, job.done, job.total, job.error) == (JobState.CANCELLED, 2, 5, "")
    assert job_id not in jobs.due()


def test_job_cancelled_after_its_last_step_stays_cancelled_and_names_what_to_delete(house: Flask):
    job_id = _asked()

    def make(job: Job) -> dict[str, str]:
        _cancelled(job_id)
        return {"digest": "ab"}

    jobs.run(job_id, {"count": make})
    job = db.session.get_one(Job, job_id)
    assert (job.state, job.result) == (JobState.CANCELLED, {"digest": "ab"})


def test_what_is_done_cannot_be_cancelled(house: Flask):
    job_id = _asked()
    jobs.run(job_id, {"count": lambda job: None})
    assert not _cancelled(job_id)
    assert db.session.get_one(Job, job_id).state is JobState.DONE


def test_discarded_content_is_gone_from_disk_and_table_but_only_if_the_commit_holds(house: Flask):
    with transaction():
        digest = files.store(b"names of people", "text/plain").digest

    def change_ones_mind() -> None:
        with transaction():
            files.discard(digest)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        change_ones_mind()
    assert files.read(digest) == b"names of people"
    with transaction():
        files.discard(digest)
    with pytest.raises(NotFound, match="文件不在存储中"):
        files.read(digest)
    assert db.session.query(StoredFile).count() == 0
