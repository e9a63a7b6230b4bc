"""A client of the second generation of push daemons, as it runs in the field: a dashboard with a key, and its feeder.

Written from the description of the doors alone, with the standard library alone. Prints what it saw as JSON; ends with 1 if an answer
was not as it must be.
"""
import argparse
import csv
import datetime
import io
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

RANGES = ("30m", "1h", "8h", "1d", "1w", "1M")
NUMBER = (int, float)
NUMBER_OR_NONE = (int, float, type(None))


class Client:
    def __init__(self, base_url, key):
        self.base_url = base_url
        self.key = key
        self.problems = []
        self.asked = 0

    def send(self, path, body=None, method=None, key=True):
        headers = {"Content-Type": "application/json"}
        if key:
            headers["X-API-Key"] = self.key if key is True else key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base_url + path, data, headers, method=method)
        self.asked += 1
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers

    def ask(self, path, **more):
        status, text, _ = self.send(path, **more)
        return status, json.loads(text)

    def expect(self, is_met, what, answer=None):
        if not is_met:
            self.problems.append(f"{what}: {json.dumps(answer)[:300]}")

    def fields(self, path, answer, kinds):
        for name, kind in kinds.items():
            self.expect(name in answer and isinstance(answer[name], kind), f"{path} {name}", answer)


def check_key(client):
    status, answer = client.ask("/predictions/current", key=False)
    client.expect(status == 401 and "detail" in answer, "without a key", answer)
    status, answer = client.ask("/predictions/current", key="wrong")
    client.expect(status == 403 and "detail" in answer, "with a wrong key", answer)
    client.expect(client.ask("/health", key=False)[0] == 200, "health wants no key")
    client.expect(client.ask("/status", key=False)[0] == 200, "status wants no key")


def check_status(client):
    _, status = client.ask("/status")
    client.fields("/status", status, {
        "model_loaded": bool, "model_path": str, "rolling_window_size": int, "tick_count": int, "total_records_received": int,
        "last_prediction": (str, type(None)), "uptime_seconds": int, "warmup_complete": bool, "warmup": dict,
    })
    client.fields("warmup", status["warmup"], {
        "is_warmed_up": bool, "progress_percent": NUMBER, "threshold": int, "current_size": int, "required_size": int, "message": str,
    })
    _, warmup = client.ask("/debug/warmup")
    client.expect(len(warmup["servers"]) > 0, "debug/warmup", warmup)
    for server in warmup["servers"]:
        client.fields("warmup of a server", server, {
            "records": int, "required": int, "percent": NUMBER, "ready": bool, "source": str,
        })


def feed(client, servers):
    now = datetime.datetime.now(datetime.timezone.utc)
    records = [{
        "timestamp": now.isoformat(), "server_name": server, "status": "heavy_load", "profile": "ml_compute",
        "cpu_user_pct": 71.5, "cpu_sys_pct": 8, "cpu_iowait_pct": 2, "cpu_idle_pct": 18.5, "java_cpu_pct": 0, "mem_used_pct": 77,
        "swap_used_pct": 1, "disk_usage_pct": 40, "net_in_mb_s": 3, "net_out_mb_s": 4, "back_close_wait": 0, "front_close_wait": 0,
        "load_average": 9.5, "uptime_days": 3,
    } for server in servers]
    status, answer = client.ask("/feed/data", body={"records": records})
    client.expect(status == 200 and answer.get("accepted") == len(records), "feed", answer)


def check_predictions(client):
    _, current = client.ask("/predictions/current")
    client.fields("/predictions/current", current, {
        "predictions": dict, "summary": dict, "alerts": list, "environment": dict, "timestamp": str,
    })
    client.fields("environment", current["environment"], {"prob_30m": NUMBER, "prob_8h": NUMBER})
    top = current["summary"]["top_5_risks"][0]
    status, one = client.ask(f"/predictions/{urllib.parse.quote(top, safe='')}")
    now = datetime.datetime.now(datetime.timezone.utc)
    times = [datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) for text in one["timestamps"]]
    client.expect(status == 200 and len(times) == 96 and times[0] > now, "96 steps in the future", one["timestamps"][:2])
    client.expect(all((b - a).total_seconds() == 300 for a, b in zip(times, times[1:])), "5 minutes apart")
    status, unknown = client.ask(f"/predictions/{top}x")
    client.expect(status == 404 and unknown["detail"].startswith('unknown server "') and top in unknown["closest"], "404", unknown)
    _, flat = client.ask("/api/v1/metrics/predictions")
    rows = flat["predictions"]
    client.expect(len(rows) > 0 and all({"server", "metric", "horizon", "p10", "p50", "p90"} <= set(row) for row in rows), "flat")
    client.expect({row["server"] for row in rows} == set(current["predictions"]), "the same set")
    _, alerts = client.ask("/alerts")
    client.expect(alerts["count"] == len(alerts["alerts"]) == len(current["alerts"]), "alerts", alerts)
    return top


def check_explanation(client, server):
    status, told = client.ask(f"/explain/{server}")
    client.expect(status == 200 and told["server_name"] == server, "explain", told)
    client.fields("prediction", told["prediction"], {"risk_score": NUMBER, "alert_level": str})
    for feature in told["shap"]["top_features"]:
        client.fields("feature", feature, {"feature": str, "importance": NUMBER, "stars": str})
    client.fields("attention", told["attention"], {"focus_periods": list, "analysis": str})
    for change in told["counterfactuals"]:
        client.fields("counterfactual", change, {"scenario": str, "impact": NUMBER, "recommendation": str})


def check_fleet(client):
    client.fields("/cascade/status", client.ask("/cascade/status")[1], {
        "cascade_detected": bool, "servers_with_anomalies": int, "anomaly_rate": NUMBER_OR_NONE, "correlation_score": NUMBER_OR_NONE,
        "cascades": list,
    })
    client.fields("/cascade/health", client.ask("/cascade/health")[1], {"health_score": NUMBER_OR_NONE, "status": str})
    for path in ("/drift/status", "/drift/report"):
        client.fields(path, client.ask(path)[1], {
            "per": NUMBER_OR_NONE, "dss": NUMBER_OR_NONE, "fds": NUMBER_OR_NONE, "anomaly_rate": NUMBER_OR_NONE,
            "combined_score": NUMBER_OR_NONE, "needs_retraining": bool, "trends": dict, "recommendation": str,
        })


def check_history(client, server):
    points = 0
    for name in RANGES:
        status, summary = client.ask(f"/historical/summary?time_range={name}")
        client.expect(status == 200, f"summary of {name}", summary)
        points = max(points, len(summary.get("points", [])))
    for door in ("alerts", "environment", f"server/{server}"):
        status, answer = client.ask(f"/historical/{door}?time_range=30m")
        client.expect(status == 200, door, answer)
    status, text, headers = client.send("/historical/export/servers?time_range=30m")
    client.expect(status == 200 and headers["Content-Type"].startswith("text/csv"), "export", text[:200])
    rows = list(csv.DictReader(io.StringIO(text)))
    client.expect(any(row["server_name"] == server for row in rows), "the server is exported", rows[:3])
    status, answer = client.ask("/historical/summary?time_range=2h")
    client.expect(status == 422 and answer["message"] == "Validation failed", "a range that is none", answer)
    return points


def check_admin(client):
    _, models = client.ask("/admin/models")
    for model in models["models"]:
        client.fields("model", model, {"name": str, "path": str, "created": str, "size_mb": NUMBER, "is_current": bool})
    client.expect(sum(model["is_current"] for model in models["models"]) == 1, "one model serves", models)
    client.expect(client.ask("/admin/model-info")[1]["model_loaded"] is True, "model-info")
    client.fields("/admin/training-status", client.ask("/admin/training-status")[1], {
        "training_active": bool, "training_id": (str, type(None)), "progress": (dict, type(None)),
    })
    client.expect(client.ask("/admin/training-stats")[0] == 200, "training-stats")
    status, answer = client.ask("/admin/cancel-training", method="POST")
    client.expect(status == 409 and "detail" in answer, "nothing to cancel", answer)
    status, answer = client.ask("/admin/reload-model", method="POST")
    client.expect(status == 200 and answer["status"] == "success", "reload-model", answer)


def check_limit(client):
    """Ten a minute on /admin/*: the client waits as long as it is told."""
    for _ in range(11):
        status, text, headers = client.send("/admin/training-status")
        if status == 429:
            client.expect(json.loads(text)["detail"].startswith("Rate limit exceeded."), "429", text)
            client.expect(1 <= int(headers["Retry-After"]) <= 60, "Retry-After", headers["Retry-After"])
            return
    client.expect(False, "ten requests a minute are allowed")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("base_url")
    parser.add_argument("--key", required=True)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--pause-seconds", type=float, default=60)
    options = parser.parse_args()
    client = Client(options.base_url, options.key)
    check_key(client)
    points = 0
    for round_number in range(options.rounds):
        if round_number > 0:
            time.sleep(options.pause_seconds)
        feed(client, ["ppml901", "ppml902"])
        check_status(client)
        top = check_predictions(client)
        check_explanation(client, top)
        check_fleet(client)
        points = check_history(client, top)
    check_admin(client)
    check_limit(client)
    print(json.dumps({"asked": client.asked, "points": points, "problems": client.problems[:20]}))
    return 1 if client.problems else 0


sys.exit(main())
