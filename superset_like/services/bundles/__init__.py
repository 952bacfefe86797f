"""Bundles: zips of YAML files that carry charts, dashboards, datasets, connections and saved queries elsewhere.

The format is Superset's, version 1.0.0. A kind of asset is a file in `kinds/`; `exporting` writes, `importing` applies,
`archive` and `yaml_text` read what nobody should trust.
"""
