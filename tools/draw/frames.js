// What a data source answers in, Grafana's data frames out, as its own plugins make them.
import { FieldType, toDataFrame } from '@grafana/data';

const ABSENT = { text: null, string: null, number: null, timestamp: null };

/** Series of Prometheus: one frame each, named by the legend of the target. */
export function fromPrometheus(target, series) {
  return series.map(({ metric, value, values }) => {
    const points = values ?? [value];
    const legend = target.legendFormat === '__auto' ? undefined : named(target.legendFormat, metric);
    return toDataFrame({
      refId: target.refId,
      fields: [
        { name: 'Time', type: FieldType.time, values: points.map(([at]) => at * 1000) },
        {
          name: 'Value',
          type: FieldType.number,
          labels: metric,
          config: { displayNameFromDS: legend },
          values: points.map(([, text]) => Number(text)),
        },
      ],
    });
  });
}

/** Rows of the API, with the columns that the target asks Infinity for; or a table of PostgreSQL. */
export function fromRows(target, answer) {
  const columns = target.columns ?? answer.columns;
  const rows = answer.rows ?? answer;
  const fields = columns.map(({ selector, text, type }) => ({
    name: text,
    type: { number: FieldType.number, timestamp: FieldType.time }[type] ?? FieldType.string,
    config: {},
    values: rows.map((row) => cell(at(row, selector), type)),
  }));
  return [toDataFrame({ refId: target.refId, fields })];
}

const named = (legend, metric) => legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => metric[label] ?? '');

const at = (row, selector) => selector.split('.').reduce((found, key) => found?.[key], row);

function cell(value, type) {
  if (value === null || value === undefined) {
    return ABSENT[type];
  }
  return type === 'timestamp' ? Date.parse(value) : value;
}
