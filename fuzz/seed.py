#!/usr/bin/env python3
"""Fills fuzz/corpus/ from the corpora of the tests: `fuzz/seed.py`."""
import hashlib
import json
import pathlib

root = pathlib.Path(__file__).resolve().parent
tests = root.parent / "tests"
INGRESS = """apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: cafe, annotations: {nginx.org/sticky-cookie-services: %s}}
spec: {rules: [{host: cafe.example.com, http: {paths: [
  {path: /tea, pathType: Prefix, backend: {service: {name: tea-svc, port: {number: 80}}}}]}}]}
"""


def put(target, data):
    data = data.encode(errors="surrogatepass") if isinstance(data, str) else data
    folder = root / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)


def lines(name):
    return map(json.loads, (tests / "corpus" / name).read_text().splitlines())


values = [case["value"] for name in ("nginx.jsonl", "real-world.jsonl") for case in lines(name)]
values += [f"serviceName=tea-svc {case['annotation']}" for case in lines("browser.jsonl")]
for value in values:
    if len(value) <= 4096:
        put("value", value)
for value in values[::10]:
    put("yaml", INGRESS % json.dumps(value))
for path in (tests / "corpus/reviews").glob("*.json"):
    put("envelope", path.read_bytes())
    put("json", path.read_bytes())
for case in lines("context.jsonl"):
    put("yaml", json.dumps(case["ingress"]))
for folder in (tests, root.parent / "deploy"):
    for path in folder.rglob("*.yaml"):
        put("policy" if "polic" in str(path) else "yaml", path.read_bytes())
for target in ("envelope", "json", "value", "yaml", "policy"):
    print(target, len(list((root / "corpus" / target).iterdir())))
