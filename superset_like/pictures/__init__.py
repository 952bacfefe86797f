"""Pictures of charts and dashboards without a browser: modules of the chart types, ECharts in V8, Typst."""
