"""Writes the manifests and the schema that run.sh compares on.

    prepare.py FOLDER COUNT

Every fiftieth Ingress has a misspelt parameter.
"""

import json
import pathlib
import sys
import zipfile

folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])

MANIFEST = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cafe-{number}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: cafe
    app.kubernetes.io/part-of: shop
  annotations:
    nginx.org/sticky-cookie-services: "serviceName=coffee-svc srv_id {expires}=1h path=/coffee;serviceName=tea-svc srv_id expires=2h path=/tea"
    nginx.org/proxy-connect-timeout: "30s"
spec:
  ingressClassName: nginx
  tls:
  - hosts: [cafe-{number}.example.com]
    secretName: cafe
  rules:
  - host: cafe-{number}.example.com
    http:
      paths:
      - path: /coffee
        pathType: Prefix
        backend: {{service: {{name: coffee-svc, port: {{number: 80}}}}}}
      - path: /tea
        pathType: Prefix
        backend: {{service: {{name: tea-svc, port: {{number: 80}}}}}}
"""

manifests = folder / "manifests"
manifests.mkdir()
for number in range(count):
    expires = "expire" if number % 50 == 0 else "expires"
    text = MANIFEST.format(number=number, team=number % 40, expires=expires)
    (manifests / f"cafe-{number:05}.yaml").write_text(text)

(wheel,) = folder.glob("kubernetes_validate-*.whl")
schemas = zipfile.ZipFile(wheel)
base = "kubernetes_validate/kubernetes-json-schema/v1.37.0-local"
definitions = json.loads(schemas.read(f"{base}/_definitions.json"))["$defs"]


def inlined(schema):
    """The schema with every reference replaced by what it names."""
    if isinstance(schema, list):
        return [inlined(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return inlined(definitions[schema["$ref"].rsplit("/", 1)[1]])
    return {key: inlined(value) for key, value in schema.items()}


schema = json.loads(schemas.read(f"{base}/ingress-networking-v1.json"))
(folder / "schema.json").write_text(json.dumps(inlined(schema)))
