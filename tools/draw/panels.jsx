// The bodies of the panels, as Grafana's panel plugins compose them from the same components.
import { getDisplayProcessor, getDisplayValueAlignmentFactors, getFieldDisplayValues, toUtc, dateTime } from '@grafana/data';
import { BarGauge, BigValue, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import React from 'react';

const asIs = (text) => text;

/** Shown where a panel has nothing to draw: its own words, as Grafana does. */
function Nothing({ panel, width, height }) {
  const style = { width, height, display: 'flex', alignItems: 'center', justifyContent: 'center', opacity: 0.6 };
  return <div style={style} data-nothing>{panel.fieldConfig.defaults.noValue ?? 'No data'}</div>;
}

function repeated(panel, frames, theme, timeZone, width, height, renderValue) {
  const values = getFieldDisplayValues({
    fieldConfig: panel.fieldConfig, reduceOptions: panel.options.reduceOptions,
    replaceVariables: asIs, theme, data: frames, sparkline: false, timeZone,
  });
  return (
    <VizRepeater
      getValues={() => values} getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={renderValue} width={width} height={height} source={frames} renderCounter={0}
      autoGrid={panel.type === 'stat'} itemSpacing={panel.type === 'bargauge' ? 10 : 3}
      orientation={panel.options.orientation}
    />
  );
}

function Stat({ panel, frames, theme, timeZone, width, height }) {
  const { textMode, colorMode, graphMode, justifyMode, wideLayout } = panel.options;
  return repeated(panel, frames, theme, timeZone, width, height, (shown) => (
    <BigValue
      value={shown.value.display} count={shown.count} width={shown.width} height={shown.height}
      alignmentFactors={shown.alignmentFactors} parentOrientation={shown.orientation} theme={theme}
      textMode={textMode} colorMode={colorMode} graphMode={graphMode} justifyMode={justifyMode}
      wideLayout={wideLayout}
    />
  ));
}

function Bars({ panel, frames, theme, timeZone, width, height }) {
  const { displayMode, valueMode, showUnfilled, namePlacement } = panel.options;
  return repeated(panel, frames, theme, timeZone, width, height, ({ value, alignmentFactors, ...shown }) => (
    <BarGauge
      value={value.display} field={value.field} width={shown.width} height={shown.height}
      display={value.view ? value.view.getFieldDisplayProcessor(value.colIndex) : getDisplayProcessor({ field: value.field, theme, timeZone })}
      theme={theme} orientation={shown.orientation} itemSpacing={8} displayMode={displayMode}
      valueDisplayMode={valueMode} showUnfilled={showUnfilled} namePlacement={namePlacement}
      alignmentFactors={alignmentFactors}
    />
  ));
}

function Curve({ panel, frames, timeZone, width, height, range }) {
  const timeRange = { from: dateTime(range[0] * 1000), to: dateTime(range[1] * 1000), raw: { from: 'now', to: 'now' } };
  return (
    <TimeSeries
      frames={frames} structureRev={1} timeRange={timeRange} timeZone={timeZone} width={width} height={height}
      legend={panel.options.legend} options={panel.options} replaceVariables={asIs}
    />
  );
}

function List({ panel, frames, theme, timeZone, width, height }) {
  return (
    <TableNG
      data={frames[0]} width={width} height={height} timeZone={timeZone} noHeader={!panel.options.showHeader}
      cellHeight={panel.options.cellHeight} structureRev={1} getActions={() => []} replaceVariables={asIs}
      fieldConfig={panel.fieldConfig} disableSanitizeHtml={false} frozenColumns={0} enableVirtualization={false}
    />
  );
}

const BODIES = { stat: Stat, bargauge: Bars, timeseries: Curve, table: List };

export function Body(props) {
  const { panel, frames } = props;
  const empty = frames.every((frame) => frame.length === 0);
  if (empty && panel.type !== 'stat' && panel.type !== 'bargauge') {
    return <Nothing {...props} />;
  }
  const Known = BODIES[panel.type];
  if (!Known) {
    throw new Error(`no component for a panel of type ${panel.type}`);
  }
  return <Known {...props} />;
}
