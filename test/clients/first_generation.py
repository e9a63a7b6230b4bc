"""A client of the first generation of push daemons, as it runs in the field: a feeder and a polling dashboard.

Written from the description of the doors alone, with the standard library alone: no key, records without a status, times without
a zone, a batch repeated after a timeout. Prints what it saw as JSON; ends with 1 if an answer was not as it must be.
"""
import argparse
import datetime
import json
import math
import sys
import time
import urllib.error
import urllib.request

SERVERS = ["ppdb001", "ppml001", "ppapi001", "ppcond001", "ppetl001", "pprisk001", "other"]
LEVELS = {"critical": 80, "warning": 60, "degraded": 50}
PROFILES = {"Database", "ML Compute", "Web API", "Conductor Mgmt", "ETL/Ingest", "Risk Analytics", "Generic"}
SUMMARY = (
    "total_servers total critical warning degraded healthy critical_count warning_count degraded_count healthy_count "
    "avg_risk_score max_risk_score fleet_health prob_30m prob_8h top_5_risks top_10_risks top_20_risks"
).split()


class Client:
    def __init__(self, base_url, timeout_seconds=10):
        self.base_url = base_url
        self.timeout_seconds = timeout_seconds
        self.problems = []

    def ask(self, path, body=None):
        """Status and JSON body; waits as long as a 429 says."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base_url + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_seconds) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 429:
                time.sleep(int(error.headers["Retry-After"]))
                return self.ask(path, body)
            return error.code, json.load(error)

    def expect(self, is_met, what, answer):
        if not is_met:
            self.problems.append(f"{what}: {json.dumps(answer)[:300]}")


def record_of(server, index, moment):
    """The 14 metrics; the last server's memory leaks."""
    hour = moment.hour + moment.minute / 60
    busy = 0.5 - 0.4 * math.cos(2 * math.pi * hour / 24)
    user = 20 + 40 * busy + 2 * math.sin(moment.timestamp() / 60 + index)
    leak = 96.5 if server == SERVERS[-1] else 0
    return {
        # No zone: it is UTC.
        "timestamp": moment.replace(tzinfo=None).isoformat(),
        "server_name": server,
        "cpu_user_pct": round(user, 2),
        "cpu_sys_pct": 6.5,
        "cpu_iowait_pct": 1.5 + busy,
        "cpu_idle_pct": round(100 - user - 8 - busy, 2),
        "java_cpu_pct": 12.0,
        "mem_used_pct": leak or 55 + 5 * busy,
        "swap_used_pct": 0,
        "disk_usage_pct": 61,
        "net_in_mb_s": 12.5 * busy,
        "net_out_mb_s": 8.25,
        "back_close_wait": 2,
        "front_close_wait": 3,
        "load_average": 1.25 + busy,
        "uptime_days": 400 if index == 0 else 12,
    }


def feed(client, moment):
    records = [record_of(server, index, moment) for index, server in enumerate(SERVERS)]
    try:
        status, answer = client.ask("/feed/data", {"records": records})
    except TimeoutError:
        # Nobody knows whether it arrived: the same again.
        status, answer = client.ask("/feed/data", {"records": records})
    client.expect(status == 200 and answer.get("status") in ("accepted", "warming_up"), "feed", answer)
    if status != 200:
        return answer
    client.expect(answer["accepted"] == len(records) and answer["rejected"] == 0, "all accepted", answer)
    client.expect(answer["records_received"] == len(records), "all received", answer)
    client.expect(answer["warmup_complete"] == (answer["status"] == "accepted"), "warmup_complete", answer)
    if answer["status"] == "warming_up":
        client.expect("% (need " in answer.get("progress", ""), "progress", answer)
    for field in ("tick", "rolling_window_size", "window_size", "servers_tracked", "servers_ready"):
        client.expect(isinstance(answer.get(field), int), field, answer)
    return answer


def poll(client):
    """What the dashboard draws; returns how many servers it could."""
    status, health = client.ask("/health")
    client.expect(status in (200, 503) and health["service"] == "linborg" and health["running"] is True, "health", health)
    for field in ("servers_tracked", "servers_warmed_up", "predictions_active", "last_update"):
        client.expect(field in health, field, health)
    status, current = client.ask("/predictions/current")
    client.expect(status == 200, "current", current)
    if current.get("error") == "insufficient_data":
        client.expect(current["predictions"] == {} and bool(current["message"]), "insufficient", current)
        return 0
    for field in SUMMARY:
        client.expect(field in current["summary"], f"summary.{field}", current["summary"])
    for name, server in current["predictions"].items():
        check_server(client, name, server)
    check_alerts(client, current)
    return len(current["predictions"])


def check_server(client, name, server):
    client.expect(server["server_name"] == name and server["profile"] in PROFILES, "name and profile", server)
    score, alert = server["risk_score"], server["alert"]
    client.expect(0 <= score <= 100, "risk_score", score)
    client.expect(set(alert) >= {"level", "score", "color", "emoji", "label"}, "alert", alert)
    # A level is held for a while when the score falls, never below it.
    client.expect(all(alert["level"] != "healthy" for limit in LEVELS.values() if score >= limit), "level", alert)
    for metric in ("cpu_user_pct", "mem_used_pct", "load_average"):
        path = server[metric]
        client.expect(all(len(path[level]) == 96 for level in ("p10", "p50", "p90")), f"{metric} has 96 steps", metric)
        known = [(low, high) for low, high in zip(path["p10"], path["p90"]) if low is not None]
        client.expect(len(known) > 80 and all(low <= high for low, high in known), f"{metric} levels", metric)
        client.expect("trend" in path and "current" in path, metric, path.get("trend"))
    shown = server["display_metrics"]["memory"]
    client.expect(set(shown) >= {"current", "predicted", "delta", "unit", "trend"}, "display_metrics", shown)
    forecast = server["forecast"]
    client.expect(len(forecast["cpu_pct"]) == len(forecast["timestamps"]) == 96, "forecast", name)


def check_alerts(client, current):
    status, active = client.ask("/alerts/active")
    client.expect(status == 200 and active["count"] == len(active["alerts"]), "alerts", active)
    for alert in active["alerts"]:
        fields = {"server_name", "level", "risk_score", "profile", "message", "time_to_issue"}
        client.expect(fields <= set(alert) and alert["level"] in LEVELS and bool(alert["message"]), "alert", alert)
    for name, server in current["predictions"].items():
        if server["risk_score"] >= 50 + 5:
            named = [alert["server_name"] for alert in active["alerts"]]
            client.expect(name in named, f"{name} has an alert", named)


def send_faulty(client, moment):
    """What a feeder with a fault sends, and what its log is searched for."""
    status, answer = client.ask("/feed/data", {"records": []})
    client.expect((status, answer) == (200, {"status": "ignored", "reason": "empty batch"}), "empty batch", answer)
    lacking = record_of("ppdb001", 1, moment)
    del lacking["cpu_iowait_pct"]
    odd = {**record_of("ppdb001", 1, moment), "status": "unknown"}
    high = {**record_of("ppdb001", 1, moment), "cpu_user_pct": 140}
    for record, words in (
        (lacking, "Missing required columns: ['cpu_iowait_pct']"),
        (odd, "Invalid status value 'unknown' - must be one of: "),
        (high, "cpu_user_pct is 140; expected 0–100"),
    ):
        status, answer = client.ask("/feed/data", {"records": [record]})
        client.expect(status == 422 and answer.get("message") == "Validation failed", "refused", answer)
        client.expect(any(words in error for error in answer["errors"] + answer["detail"]), words, answer)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("--ticks", type=int, default=60)
    parser.add_argument("--tick-seconds", type=float, default=60, help="between the times of two records of a server")
    parser.add_argument("--pause-seconds", type=float, default=60, help="between two batches")
    parser.add_argument("--poll-every", type=int, default=1, help="ticks")
    parser.add_argument("--until-drawn-seconds", type=float, default=0, help="how long to poll for servers at the end")
    options = parser.parse_args()
    client = Client(options.base_url)
    # Compressed: it begins in the past and ends now.
    ahead = options.ticks * (options.tick_seconds - options.pause_seconds)
    begin = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=max(0, ahead))
    answer = {}
    drawn = 0
    for tick in range(options.ticks):
        moment = begin + datetime.timedelta(seconds=tick * options.tick_seconds)
        answer = feed(client, moment)
        if tick % 25 == 24:
            client.expect(feed(client, moment).get("servers_tracked") == answer.get("servers_tracked"), "repeated", answer)
        if tick % options.poll_every == 0:
            drawn = poll(client)
        time.sleep(options.pause_seconds)
    send_faulty(client, begin)
    deadline = time.monotonic() + options.until_drawn_seconds
    while drawn < len(SERVERS) and time.monotonic() < deadline:
        time.sleep(0.5)
        drawn = poll(client)
    print(json.dumps({"last": answer, "drawn": drawn, "problems": client.problems[:20]}))
    return 1 if client.problems else 0


sys.exit(main())
