"""Pictures of charts, drawn without a browser: modules of the chart types, ECharts in V8, resvg."""
