"""LISTEN and NOTIFY through psycopg2, between two connections: psycopg2_notify.py DSN. Prints what comes."""
import select
import sys

import psycopg2

listener, sender = psycopg2.connect(sys.argv[1]), psycopg2.connect(sys.argv[1])
listener.autocommit = True
heard, said = listener.cursor(), sender.cursor()


def wait(count):
    """The listener is idle: what comes wakes the socket."""
    while len(listener.notifies) < count:
        assert select.select([listener], [], [], 60)[0], "nothing comes"
        listener.poll()
    show("idle")


def show(where):
    for one in listener.notifies:
        print(where, one.channel, repr(one.payload), "other" if one.pid == sender.get_backend_pid() else "own" if one.pid == listener.get_backend_pid() else one.pid)
    listener.notifies.clear()


heard.execute('LISTEN news; LISTEN "Mixed Case"')
heard.execute("SELECT pg_listening_channels()")
print(sorted(heard.fetchall()))

# In a transaction: duplicates are folded, what a savepoint takes back is not sent, and all of it comes with COMMIT.
said.execute("NOTIFY news, 'first'; NOTIFY news, 'first'; SAVEPOINT s; NOTIFY news, 'taken back'; ROLLBACK TO s; NOTIFY news, 'second'; NOTIFY other, 'nobody listens'")
said.execute("SELECT pg_notify('news', 'number ' || n) FROM generate_series(1, 3) AS g(n)")
heard.execute("SELECT 1")
show("before")
sender.commit()
wait(5)

# Rolled back.
said.execute("NOTIFY news, 'never'")
sender.rollback()
said.execute("NOTIFY \"Mixed Case\"")
sender.commit()
wait(1)

# After a command rather than while idle; one's own.
heard.execute("NOTIFY news, 'to myself'")
show("command")

# In a block the listener hears nothing before its end.
heard.execute("BEGIN")
said.execute("SELECT pg_notify('news', NULL)")
sender.commit()
heard.execute("SELECT 1")
show("block")
heard.execute("COMMIT")
show("commit")

# LISTEN is taken back, too.
heard.execute("BEGIN; LISTEN late; ROLLBACK")
heard.execute("UNLISTEN news")
heard.execute("SELECT pg_listening_channels()")
print(sorted(heard.fetchall()))
said.execute("NOTIFY news, 'not heard'; NOTIFY late, 'not heard'; NOTIFY \"Mixed Case\", 'heard'")
sender.commit()
wait(1)
heard.execute("DISCARD ALL")
heard.execute("SELECT pg_listening_channels()")
print(heard.fetchall())

for wrong in ("SELECT pg_notify('', 'x')", "SELECT pg_notify(NULL, 'x')", "SELECT pg_notify(repeat('a', 64), 'x')", "SELECT pg_notify('a', repeat('x', 8000))"):
    try:
        heard.execute(wrong)
    except psycopg2.Error as error:
        print(error.pgcode, error.diag.message_primary)
heard.execute("SELECT pg_notify('a', repeat('x', 7999)), pg_notification_queue_usage() < 1")
print(heard.fetchall())
