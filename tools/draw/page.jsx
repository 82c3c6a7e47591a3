// Dashboards' JSON and the answers to their questions in (window.callcheck), one page out: a sheet
// for each, one under the other.
import { applyFieldOverrides, cacheFieldDisplayNames, createTheme, ThemeContext } from '@grafana/data';
import { GlobalStyles, PanelChrome, PortalContainer } from '@grafana/ui';
import React from 'react';
import { createRoot } from 'react-dom/client';
import { MemoryRouter } from 'react-router-dom';

import { fromPrometheus, fromRows } from './frames.js';
import { Body } from './panels.jsx';
import { registryOf } from './registry.js';

// Grafana's grid: 24 columns, cells of 30 px with 8 px between; below 769 px one under the other
const COLUMNS = 24, CELL = 30, GAP = 8, NARROW = 769;

const { sheets, timeZone, mode } = window.callcheck;
const theme = createTheme({ colors: { mode } });

function framesOf(panel, answers) {
  const plain = panel.targets.flatMap((target, at) =>
    (target.expr ? fromPrometheus : fromRows)(target, answers[panel.id][at]));
  const shown = applyFieldOverrides({
    data: plain, fieldConfig: panel.fieldConfig, fieldConfigRegistry: registryOf(panel),
    replaceVariables: (text) => text, theme, timeZone,
  });
  cacheFieldDisplayNames(shown);
  return shown;
}

function placed({ board, width }) {
  const tall = (h) => h * CELL + (h - 1) * GAP;
  if (width >= NARROW) {
    const column = (width - 2 * GAP + GAP) / COLUMNS;
    return board.panels.map(({ gridPos: { x, y, w, h } }) => ({
      left: GAP + x * column, top: GAP + y * (CELL + GAP), width: w * column - GAP, height: tall(h),
    }));
  }
  let top = GAP;
  return board.panels.map(({ gridPos: { h } }) => {
    const place = { left: GAP, top, width: width - 2 * GAP, height: tall(h) };
    top += place.height + GAP;
    return place;
  });
}

class Guarded extends React.Component {
  state = { error: null };
  static getDerivedStateFromError(error) {
    return { error };
  }
  render() {
    return this.state.error ? <div data-error>{String(this.state.error)}</div> : this.props.children;
  }
}

function Panel({ panel, place, sheet, number }) {
  return (
    <div style={{ position: 'absolute', ...place }} data-panel={`${number}:${panel.id}`}>
      <PanelChrome title={panel.title} description={panel.description} width={place.width} height={place.height}
        padding={panel.type === 'table' ? 'none' : 'md'}>
        {(innerWidth, innerHeight) => (
          <Guarded>
            <Body panel={panel} frames={framesOf(panel, sheet.answers)} theme={theme} timeZone={timeZone}
              range={sheet.range}
              width={innerWidth} height={innerHeight} />
          </Guarded>
        )}
      </PanelChrome>
    </div>
  );
}

function Sheet({ sheet, number }) {
  const places = placed(sheet);
  const height = Math.max(...places.map((place) => place.top + place.height)) + GAP;
  return (
    <div style={{ position: 'relative', width: sheet.width, height, background: theme.colors.background.canvas }}>
      {sheet.board.panels.map((panel, at) => (
        <Panel key={panel.id} panel={panel} place={places[at]} sheet={sheet} number={number} />
      ))}
    </div>
  );
}

createRoot(document.getElementById('root')).render(
  <ThemeContext.Provider value={theme}>
    <MemoryRouter>
      <GlobalStyles />
      {sheets.map((sheet, number) => <Sheet key={number} sheet={sheet} number={number} />)}
      <PortalContainer />
    </MemoryRouter>
  </ThemeContext.Provider>,
);
