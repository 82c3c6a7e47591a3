// A dashboard's JSON and the answers to its questions in (window.callcheck), the page out.
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

const { board, answers, width, range, timeZone, mode } = window.callcheck;
const theme = createTheme({ colors: { mode } });

function framesOf(panel) {
  const plain = panel.targets.flatMap((target, at) =>
    (target.expr ? fromPrometheus : fromRows)(target, answers[panel.id][at]));
  const shown = applyFieldOverrides({
    data: plain, fieldConfig: panel.fieldConfig, fieldConfigRegistry: registryOf(panel),
    replaceVariables: (text) => text, theme, timeZone,
  });
  cacheFieldDisplayNames(shown);
  return shown;
}

function placed() {
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

function Panel({ panel, place }) {
  return (
    <div style={{ position: 'absolute', ...place }} data-panel={panel.id}>
      <PanelChrome title={panel.title} description={panel.description} width={place.width} height={place.height}
        padding={panel.type === 'table' ? 'none' : 'md'}>
        {(innerWidth, innerHeight) => (
          <Guarded>
            <Body panel={panel} frames={framesOf(panel)} theme={theme} timeZone={timeZone} range={range}
              width={innerWidth} height={innerHeight} />
          </Guarded>
        )}
      </PanelChrome>
    </div>
  );
}

const places = placed();
const height = Math.max(...places.map((place) => place.top + place.height)) + GAP;
createRoot(document.getElementById('root')).render(
  <ThemeContext.Provider value={theme}>
    <MemoryRouter>
      <GlobalStyles />
      <div style={{ position: 'relative', width, height, background: theme.colors.background.canvas }}>
        {board.panels.map((panel, at) => <Panel key={panel.id} panel={panel} place={places[at]} />)}
      </div>
      <PortalContainer />
    </MemoryRouter>
  </ThemeContext.Provider>,
);
