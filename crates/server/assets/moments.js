// @ts-check
// Moments: the exact one, where the person is, when the pointer rests on the words.

const exact = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });

for (const element of document.querySelectorAll("time[datetime]")) {
  if (element instanceof HTMLTimeElement) element.title = exact.format(new Date(element.dateTime));
}
