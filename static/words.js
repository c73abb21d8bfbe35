// What scripts of others write into a page, in Chinese: the menus of Datasette's table.js, the form of
// datasette-vega, and the names of columns in it. Loaded on Chinese pages only (plugins/charts.py).

const WORDS = {
  // Datasette's table.js
  "Sort ascending": "从小到大排列",
  "Sort descending": "从大到小排列",
  "Facet by this": "按此列分面",
  "Hide this column": "隐藏此列",
  "Show all columns": "显示全部列",
  "Show not-blank rows": "只看不为空的行",
  "Remove this filter": "去掉此条件",
  // datasette-vega
  "Show charting options": "画成图表",
  "Charting options": "图表选项",
  "Bar": "柱形图",
  "Line": "折线图",
  "Scatter": "散点图",
  "X column": "横轴",
  "Y column": "纵轴",
  "Type": "类型",
  "Numeric": "数字",
  "Numeric, binned": "数字，分段",
  "Date/time": "日期",
  "Date/time, binned": "日期，分段",
  "Label": "标签",
  "Category": "类别",
  "Swap X and Y": "横纵互换",
  "Color": "颜色",
  "Size": "大小",
  "-- none --": "（无）",
  // vega-embed, the menu at a chart's corner
  "Save as SVG": "存为 SVG",
  "Save as PNG": "存为 PNG",
  "View Source": "查看源码",
  "Open in Vega Editor": "在 Vega 编辑器中打开",
};
const ATTRIBUTES = ["aria-label", "title"];

{
  // The head of a table has each column's name before its code.
  function columnNames() {
    const names = new Map();
    for (const code of document.querySelectorAll("th code")) {
      const name = code.closest("th").textContent.split(code.textContent)[0].trim();
      if (name) names.set(code.textContent, name);
    }
    return names;
  }

  function inChinese(words) {
    const type = words.match(/^Type: (.+)$/); // of a column, with its SQL type
    return WORDS[words] ?? (type ? `类型：${type[1]}` : undefined);
  }

  function translateText(node) {
    const parent = node.parentElement;
    if (!parent || parent.closest("td, code, pre, textarea, script, style, .CodeMirror")) return;
    const words = node.data.trim();
    if (parent.matches("#graphForm option") && parent.value === words) {
      const name = columnNames().get(words);
      if (name) node.data = `${name} ${words}`;
      return;
    }
    const said = inChinese(words);
    if (said !== undefined) node.data = node.data.replace(words, said);
  }

  function translate(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      translateText(node);
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      for (const name of ATTRIBUTES) {
        const said = WORDS[node.getAttribute(name)];
        if (said !== undefined) node.setAttribute(name, said);
      }
      node.childNodes.forEach(translate);
    }
  }

  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") translate(change.target);
      change.addedNodes.forEach(translate);
    }
  }).observe(document.documentElement, { subtree: true, childList: true, characterData: true });
}
