// One annotator's list of a Metamer study, in a browser. STUDY comes from study.js. Every answer is kept in this browser's
// storage as soon as it is given; the results are a file that the annotator saves and sends back.
"use strict";

(() => {
  const KEY_BACK = "backspace", KEY_STOP = "escape", KEY_ON = "enter", KEY_PAUSE = "p";
  const FEEDBACK_MS = 1200;
  const { protocol, classes, keys } = STUDY;
  const stage = document.getElementById("stage");
  const isSameDifferent = protocol.presentation === "same-different";
  const isBeside = protocol.presentation === "pair" || isSameDifferent;
  const isForced = protocol.answers === "forced";

  const uuid = () => crypto.randomUUID ? crypto.randomUUID()
    : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
  const utc = () => new Date().toISOString();
  const escaped = (text) => text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const words = (title, text, action) => `<div class="words"><h1>${escaped(title)}</h1><p>${escaped(text)}</p>${action}</div>`;
  const pressToGoOn = (label) => `<p><button class="primary" data-key="Enter">${escaped(label)} (Enter)</button></p>`;

  // ---- What has been answered so far -------------------------------------------------------------------------------

  const wanted = Number(new URLSearchParams(location.search).get("list"));
  let list = null, results = null, storageKey = "", note = "", flags = new Set(), carried = [], isShowing = false;

  function open(number, name) {
    list = STUDY.lists.find((candidate) => candidate.number === number);
    storageKey = `metamer-${STUDY.bundle}-${number}`;
    const kept = localStorage.getItem(storageKey);
    results = kept ? JSON.parse(kept) : {
      format: 1, bundle: STUDY.bundle, list: list.uuid, annotator: { uuid: uuid(), name }, answers: [], events: [],
      session: { uuid: uuid(), started_utc: utc(), ended_utc: null,
                 display: { width: innerWidth, height: innerHeight, device_pixel_ratio: devicePixelRatio, browser: navigator.userAgent } },
    };
    event(kept ? "resumed" : "started");
  }

  function save() {
    try {
      localStorage.setItem(storageKey, JSON.stringify(results));
    } catch (problem) {
      alert("This browser keeps no more answers (" + problem.name + "). They are saved to a file now; please send it.");
      download();
    }
  }
  function event(kind, details = {}) {
    results.events.push({ uuid: uuid(), kind, details, utc: utc() });
    save();
  }
  const standing = () => {
    const withdrawn = new Set(results.answers.filter((answer) => answer.withdraws).map((answer) => answer.withdraws));
    return results.answers.filter((answer) => !answer.withdraws && !withdrawn.has(answer.uuid));
  };
  const nextTrial = () => {
    const answered = new Set(standing().map((answer) => answer.trial));
    return list.trials.find((trial) => !answered.has(trial.id)) || null;
  };
  function takeBack() {
    const last = standing().pop();
    if (last) {
      results.answers.push({ uuid: uuid(), trial: last.trial, kind: "withdrawal", withdraws: last.uuid, utc: utc() });
      save();
    }
  }
  function download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(results, null, 1)], { type: "application/json" }));
    link.download = `metamer-list-${list.number}-${results.session.uuid.slice(0, 8)}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // ---- The picture and its keys ------------------------------------------------------------------------------------

  // The greatest whole factor inside the protocol's size and this window, in device pixels a picture pixel.
  function zoom() {
    const across = isBeside ? 2 : 1;
    const room = (size, available) => Math.min(protocol.picture_side, available) * devicePixelRatio / size;
    return Math.max(1, Math.floor(Math.min(room(STUDY.width, innerWidth / across - 48), room(STUDY.height, innerHeight - 190))));
  }
  function figure(image, caption) {
    const size = (pixels) => pixels * zoom() / devicePixelRatio;
    const rendering = protocol.interpolation === "smooth" ? "auto" : "pixelated";
    return `<figure><img src="${image}" alt="" style="display:block;width:${size(STUDY.width)}px;height:${size(STUDY.height)}px;image-rendering:${rendering}"><figcaption>${caption}</figcaption></figure>`;
  }
  const field = (content) => `<div class="field" style="background:${protocol.surround}">${content}</div>`;
  function picture(trial) {
    const question = isSameDifferent ? "are these the same?" : "what is this?";
    return field((isBeside ? figure(trial.original, "original") : "") + figure(trial.image, question));
  }

  const answers = [];   // {key, kind, label, name}
  if (isSameDifferent) {
    answers.push({ key: keys.same, kind: "same", name: "same" }, { key: keys.different, kind: "different", name: "different" });
  } else {
    classes.forEach((name, label) => answers.push({ key: keys.classes[label], kind: "class", label, name }));
    if (!isForced) answers.push({ key: keys.not_a_class, kind: "not_a_class", name: STUDY.not_a_class, wide: true });
  }
  if (!isForced) answers.push({ key: keys.unsure, kind: "unsure", name: "unsure", wide: true });

  const keyRow = (buttons) => `<div class="keys">${buttons.map((button) =>
    `<button tabindex="-1" data-key="${escaped(button.key)}" class="${button.wide ? "wide" : ""}"><kbd>${escaped(button.key)}</kbd>${button.key === button.name ? "" : "&ensp;" + escaped(button.name)}</button>`).join("")}</div>`;
  function status(trial) {
    const counted = list.trials.filter((candidate) => candidate.kind !== "practice");
    const done = standing().filter((answer) => counted.some((candidate) => candidate.id === answer.trial)).length;
    const where = trial.kind === "practice" ? "practice" : `${done} of ${counted.length}`;
    const noteField = protocol.notes ? `<input id="note" placeholder="note (F2)" value="${escaped(note)}">` : "";
    return `<div class="status">${where} &emsp; Backspace takes back &emsp; P pauses &emsp; Esc stops${noteField}</div>`;
  }

  // ---- The timeline ------------------------------------------------------------------------------------------------

  const jsPsych = initJsPsych({ display_element: "stage", on_finish: () => {} });
  const keyPage = (stimulus, more = {}) => ({ type: jsPsychHtmlKeyboardResponse, stimulus, choices: [KEY_ON], ...more });
  let current = null, given = null, isStopped = false;

  function record(response, rt, confidence) {
    results.answers.push({ uuid: uuid(), trial: current.id, kind: response.kind, label: response.label ?? null, confidence, note, response_ms: Math.round(rt),
                           flags: [...flags], zoom: zoom(), device_pixel_ratio: devicePixelRatio, utc: utc(), withdraws: null });
    note = "";
    save();
  }

  const original = {
    timeline: [
      { type: jsPsychHtmlKeyboardResponse, stimulus: () => field(figure(current.original, "original")), choices: "NO_KEYS", trial_duration: protocol.original_ms },
      { type: jsPsychHtmlKeyboardResponse, stimulus: () => field(""), choices: "NO_KEYS", trial_duration: Math.max(1, protocol.gap_ms) },
    ],
    conditional_function: () => protocol.presentation === "sequence",
  };
  const question = {
    type: jsPsychHtmlKeyboardResponse,
    stimulus: () => picture(current),
    prompt: () => keyRow(answers) + status(current),
    choices: [...answers.map((answer) => answer.key.toLowerCase()), KEY_BACK, KEY_STOP, KEY_PAUSE],
    stimulus_duration: protocol.exposure_ms > 0 ? protocol.exposure_ms : null,
    on_start: () => { flags = new Set(carried); carried = []; given = null; isStopped = false; isShowing = true; },
    on_finish: (data) => {
      isShowing = false;
      const key = data.response.toLowerCase();   // told as typed
      if (key === KEY_BACK) takeBack();
      else if (key === KEY_STOP) isStopped = true;
      else if (key === KEY_PAUSE) { given = "pause"; carried = [...flags, "paused"]; }
      else {
        given = { ...answers.find((answer) => answer.key.toLowerCase() === key), rt: data.rt };
        if (!protocol.confidence) record(given, data.rt, null);
      }
    },
  };
  const confidence = {
    timeline: [{
      type: jsPsychHtmlKeyboardResponse,
      stimulus: () => field(""),
      prompt: () => keyRow([{ key: "1", name: "guessed" }, { key: "2", name: "fairly sure" }, { key: "3", name: "sure" }]),
      choices: ["1", "2", "3"],
      on_finish: (data) => record(given, given.rt, Number(data.response)),
    }],
    conditional_function: () => protocol.confidence && given !== null && given !== "pause",
  };
  const feedback = {
    timeline: [keyPage(() => words(given.label === current.practice_label || given.kind === "same" ? "Right." : "Not quite.",
                                   isSameDifferent ? "Both were the same." : `This was: ${classes[current.practice_label]}`, pressToGoOn("Go on")), { trial_duration: FEEDBACK_MS })],
    conditional_function: () => current.kind === "practice" && given !== null && given !== "pause",
  };
  const pause = {
    timeline: [keyPage(() => words("Paused", "The picture comes back when you go on.", pressToGoOn("Go on")), { on_start: () => event("pause"), on_finish: () => { event("pause_ended"); } })],
    conditional_function: () => given === "pause",
  };
  const stop = {
    timeline: [keyPage(() => words("Stopped", "Your answers so far are kept in this browser. Save them to a file, or go on now or on another day with this same page.",
                                   `<p><button data-save>Save answers</button></p>` + pressToGoOn("Go on")), { on_start: () => event("stopped"), on_finish: () => event("gone_on") })],
    conditional_function: () => isStopped,
  };
  const practiceIsOver = {
    timeline: [keyPage(() => words("That was the practice", "From now on nobody tells you what is right.", pressToGoOn("Begin")))],
    conditional_function: () => current.kind === "practice" && nextTrial() !== null && nextTrial().kind !== "practice",
  };
  const rest = {
    timeline: [keyPage(() => words("Time for a break", "Look away for a moment.", pressToGoOn("Go on")), { on_start: () => event("break"), on_finish: () => event("break_ended") })],
    conditional_function: () => {
      const done = standing().filter((answer) => list.trials.some((trial) => trial.id === answer.trial && trial.kind !== "practice")).length;
      return protocol.break_every > 0 && given !== null && given !== "pause" && current.kind !== "practice" && done % protocol.break_every === 0 && nextTrial() !== null;
    },
  };
  const session = {
    timeline: [original, question, confidence, feedback, pause, stop, practiceIsOver, rest],
    on_timeline_start: () => { current = nextTrial(); },
    loop_function: () => { current = nextTrial(); return current !== null; },
    conditional_function: () => nextTrial() !== null,
  };
  const thanks = keyPage(() => words("Thank you", protocol.thanks, `<p><button class="primary" data-save>Save answers</button></p><p>Send the saved file to whoever gave you this page.</p>`),
                         { choices: ["s"], response_ends_trial: false, on_start: () => {
                             if (!results.session.ended_utc) { results.session.ended_utc = utc(); event("ended"); }
                             setTimeout(download, 300);
                         } });

  const consent = {
    timeline: [keyPage(() => words("Consent", protocol.consent, pressToGoOn("I agree") + "<p>Close this page if you do not.</p>"), { on_finish: () => event("consent_given") })],
    conditional_function: () => protocol.consent !== "" && !results.events.some((one) => one.kind === "consent_given"),
  };
  const instructions = {
    timeline: [keyPage(() => words("What to do", protocol.instructions, pressToGoOn("Begin")))],
    conditional_function: () => protocol.instructions !== "",
  };

  // ---- Starting ----------------------------------------------------------------------------------------------------

  document.addEventListener("click", (click) => {
    const button = click.target.closest("button");
    if (button && button.dataset.key) jsPsych.pluginAPI.pressKey(button.dataset.key.length === 1 ? button.dataset.key.toLowerCase() : button.dataset.key);
    if (button && "save" in button.dataset) download();
  });
  document.addEventListener("keydown", (press) => {
    const input = document.getElementById("note");
    if (press.target === input) {
      press.stopPropagation();
      note = input.value;
      if (press.key === "Enter" || press.key === "Escape") stage.focus();
    } else if (press.key === "F2" && input) {
      press.preventDefault();
      input.focus();
    }
  }, true);
  document.addEventListener("input", (typing) => { if (typing.target.id === "note") note = typing.target.value; });
  for (const [name, flag] of [["blur", "focus_lost"], ["resize", "resized"]]) {
    window.addEventListener(name, () => {
      if (results && !results.session.ended_utc) {
        event(flag);
        if (isShowing) flags.add(flag);
      }
    });
  }

  function start(number, name) {
    open(number, name);
    stage.innerHTML = "";
    const images = list.trials.flatMap((trial) => trial.original ? [trial.image, trial.original] : [trial.image]);
    jsPsych.run([{ type: jsPsychPreload, images: [...new Set(images)], message: "Loading pictures" }, consent, instructions, session, thanks]);
  }

  const isKnown = STUDY.lists.some((candidate) => candidate.number === wanted);
  stage.innerHTML = `<div class="words"><h1>Welcome</h1><p>Type a name or a pseudonym${isKnown ? "" : ", and the number of your list"}. Answers are kept under it.</p>
    <form><p><input id="name" autofocus required maxlength="60" placeholder="name or pseudonym"></p>
    ${isKnown ? "" : `<p><input id="list" required inputmode="numeric" placeholder="list, 1 to ${STUDY.lists.length}"></p>`}<p class="problem" role="alert"></p>
    <p><button class="primary">Start (Enter)</button></p></form></div>`;
  stage.querySelector("form").addEventListener("submit", (submit) => {
    submit.preventDefault();
    const number = isKnown ? wanted : Number(document.getElementById("list").value);
    if (!STUDY.lists.some((candidate) => candidate.number === number)) {
      stage.querySelector(".problem").textContent = `There is no list ${document.getElementById("list").value}; lists go from 1 to ${STUDY.lists.length}.`;
      return;
    }
    start(number, document.getElementById("name").value.trim());
  });
  document.getElementById("name").focus();
})();
