import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderExpr, unknownPlaceholders } from '../../src/mapping/render.js';

const rendering = { selector: 'job="node"', serverLabel: 'instance', windowSeconds: 300 };

describe('rendering', () => {
  it('fills in selector, window and server label wherever they stand', () => {
    expect(renderExpr('sum by ($server_label) (rate(x{a="b",$selector}[$window])) / y{$selector}', rendering)).toBe(
      'sum by (instance) (rate(x{a="b",job="node"}[5m])) / y{job="node"}',
    );
  });

  it('leaves no stray comma where the selector is empty', () => {
    const empty = { ...rendering, selector: ' ' };
    expect(renderExpr('x{$selector}', empty)).toBe('x{}');
    expect(renderExpr('x{a="b",$selector}', empty)).toBe('x{a="b"}');
    expect(renderExpr('x{a="b", $selector }', empty)).toBe('x{a="b" }');
    expect(renderExpr('x{$selector,a="b"}', empty)).toBe('x{a="b"}');
    expect(renderExpr('x{a="b",$selector,c="d{1,}"}', empty)).toBe('x{a="b",c="d{1,}"}');
  });

  it('takes a selector with a comma at its end', () => {
    expect(renderExpr('x{$selector,a="b"}', { ...rendering, selector: 'job="node", ' })).toBe('x{job="node",a="b"}');
  });

  it('narrows a query to servers whose names may hold any character', () => {
    const servers = ['web1:9100', 'a.b|c"d\\e'];
    expect(renderExpr('x{$selector}', { ...rendering, servers })).toBe(
      String.raw`x{job="node",instance=~"web1:9100|a\\.b\\|c\"d\\\\e"}`,
    );
  });

  it('takes the selector literally, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const selector = `a=${JSON.stringify(`$&${value}`)}`;
        expect(renderExpr('x{$selector}', { ...rendering, selector })).toBe(`x{${selector}}`);
      }),
    );
  });

  it('tells words that look like placeholders from regular expressions and groups', () => {
    expect(unknownPlaceholders('x{$selektor}[$window] $server_labels')).toEqual(['$selektor', '$server_labels']);
    expect(unknownPlaceholders('label_replace(x{a=~"b$",$selector}, "c", "$1", "d", "(.*)")')).toEqual([]);
  });
});
