// The options of a panel's fields that Grafana's registries know; here those that our JSON uses.
import {
  FieldConfigOptionsRegistry,
  displayNameOverrideProcessor,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardFieldConfigEditorRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';

const STANDARD = {
  unit: unitOverrideProcessor,
  decimals: numberOverrideProcessor,
  min: numberOverrideProcessor,
  max: numberOverrideProcessor,
  displayName: displayNameOverrideProcessor,
  noValue: stringOverrideProcessor,
  thresholds: thresholdsOverrideProcessor,
  mappings: valueMappingsOverrideProcessor,
  color: identityOverrideProcessor,
};

const option = (id, path, process, isCustom) => ({
  id, path, process, isCustom, name: id, shouldApply: () => true, settings: {},
});

const standard = () => Object.entries(STANDARD).map(([id, process]) => option(id, id, process, false));

standardFieldConfigEditorRegistry.setInit(standard);

/** The registry of one panel: the standard options, and the panel's own that its JSON names. */
export function registryOf(panel) {
  const { defaults, overrides } = panel.fieldConfig;
  const own = new Set(Object.keys(defaults.custom ?? {}));
  for (const { properties } of overrides ?? []) {
    properties.filter(({ id }) => id.startsWith('custom.')).forEach(({ id }) => own.add(id.slice(7)));
  }
  const custom = [...own].map((path) => option(`custom.${path}`, path, identityOverrideProcessor, true));
  return new FieldConfigOptionsRegistry(() => [...standard(), ...custom]);
}
