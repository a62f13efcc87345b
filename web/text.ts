// Every English word of the page.

const plural = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

export const TEXT = {
  name: 'samesame',
  skip: 'Skip to the page',
  nav: 'Views',
  views: {
    compare: 'Compare',
    search: 'Search',
    map: 'Map',
    duplicates: 'Duplicates',
    teach: 'Teach',
    report: 'Report',
  },
  theme: { dark: 'Switch to dark', light: 'Switch to light' },
  close: 'Close',
  cancel: 'Cancel',
  stop: 'Stop',
  loading: 'Loading…',
  private: 'Your photos stay on this device.',
  privateServer:
    'Photos are looked at on this device. Only a search in the server’s images sends the photo there.',
  seconds: (seconds: number) =>
    seconds < 60
      ? `${Math.max(1, Math.round(seconds))} s`
      : seconds < 3600
        ? `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
        : `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`,
  left: (time: string) => `${time} left`,
  rate: (perSecond: number) =>
    `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)} images a second`,
  images: (count: number) => plural(count, 'image'),
  percent: (share: number) =>
    share > 0 && share < 0.01
      ? 'under 1 %'
      : share < 1 && share > 0.99
        ? 'over 99 %'
        : `${Math.round(share * 100)} %`,
  distance: (distance: number) => (distance < 10 ? distance.toFixed(3) : distance.toPrecision(4)),
  error: {
    expected: 'Expected',
    received: 'Received',
    camera: {
      refused:
        'The camera is not allowed here. Allow it in the browser’s settings for this page, then open it again; or choose a photo.',
      missing: 'No camera was found. Connect one, then open it again; or choose a photo.',
      taken:
        'The camera is there but gives no picture: another program may be using it. Close that, then open it again; or choose a photo.',
      lost: 'The camera was switched off or taken away. Open it again, or choose a photo.',
    },
    view: 'This view could not be loaded. Check the connection, then open it again.',
  },
  signIn: {
    title: 'Sign in to this service',
    lead: 'It answers those who have a token. Ask whoever runs it for one.',
    token: 'Token',
    submit: 'Sign in',
    note: 'The token is kept in this tab alone, until you close it or sign out. Without one the page works with models and photos of your own.',
    malformed: 'this is not a token',
    malformedHelp: 'paste all of it, from samesame_ on, without spaces',
    out: 'Sign out',
  },
  model: {
    label: 'Model',
    none: 'No model yet',
    opening: 'Opening the model…',
    change: 'Change model',
    title: 'Which model answers?',
    lead: 'A model has learned from examples what counts as the same. Each answer on this page comes from the one chosen here.',
    site: 'The model of this site',
    taughtAt: (date: Date) =>
      `taught on this device, ${date.toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })}`,
    files: 'Open a model',
    filesLead: 'The folder “model” of a training run, or its .zip.',
    folder: 'Choose a folder',
    zip: 'Choose a .zip',
    teach: 'Teach a new one',
    use: 'Use',
    inUse: 'In use',
    remove: 'Delete',
    facts: (dataset: string, numImages: number) =>
      numImages > 0 ? `learned from ${dataset}, ${plural(numImages, 'image')}` : `learned from ${dataset}`,
    size: (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`,
    needed: {
      title: 'First, choose a model',
      lead: 'This page needs a model that has learned what counts as the same. Open one that you have, or teach one from a few photos: it takes minutes, and nothing leaves this device.',
    },
  },
  zone: {
    choose: 'Choose a photo',
    or: 'or drop it, or paste it',
    drop: 'Drop it here',
    camera: 'Camera',
    replace: 'Replace',
    remove: 'Remove',
    take: 'Take photo',
    hold: 'Hold for several, and turn the thing meanwhile',
    cameraTitle: 'Take a photo',
  },
  compare: {
    title: 'Are these two the same?',
    lead: 'Drop two photos. The answer comes at once, and never leaves this device.',
    first: 'First photo',
    second: 'Second photo',
    working: 'Looking…',
    waiting: 'The answer appears here when both photos are there.',
    verdict: { same: 'The same', different: 'Different', unsure: 'Not sure' },
    probability: (percent: string) => `${percent} likely to be the same thing`,
    prior: (percent: string) => `if ${percent} of the pairs you ask about are`,
    distance: 'Distance',
    ruler: (distance: string, threshold: string) =>
      `Distance ${distance}; below ${threshold} counts as the same`,
    closer: 'closer',
    farther: 'farther apart',
    limit: 'limit',
    because: 'Why not sure',
    why: 'Show why',
    whyWorking: 'Looking for the reasons…',
    whyTitle: 'Why',
    hide: 'Hide',
    noMap: 'this model sees a photo as a whole, so there is no place in it to point at',
    heat: 'Bright parts are where the similarity comes from.',
    cropped: 'What is not veiled lies outside of what this model looks at.',
    strength: 'Strength of the heat map',
    low: 'little',
    high: 'much',
    again: 'Start over',
    swap: 'Swap',
  },
  collection: {
    title: 'Images',
    service: (count: number) => `On the server (${count.toLocaleString('en')})`,
    tab: (count: number) => `Mine (${count.toLocaleString('en')})`,
    emptyTitle: 'Drop a folder of images here',
    emptyLead:
      'They are read on this device and sent nowhere. Folders inside it are taken as labels: mugs/a.jpg is a mug.',
    folder: 'Choose a folder',
    moreFolder: 'Add a folder',
    files: 'Choose images',
    kept: 'remembered in this browser',
    forget: 'Forget them',
    adding: (done: number, total: number) =>
      `Reading images: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`,
    comparator: 'this model compares two images by a learned head, and cannot search among many',
    comparatorHelp: 'choose a model that compares by distance, as samesame train makes by default',
    refused: (count: number) => `${plural(count, 'file')} left out: not an image that this browser can read`,
  },
  search: {
    title: 'What else looks like this?',
    lead: 'Drop a photo and see what is most like it among your images.',
    photo: 'Photo to look for',
    results: 'Found',
    waiting: 'Drop, paste or take a photo to see what is like it.',
    found: (count: number) =>
      count === 0 ? 'Nothing found' : `${plural(count, 'image')}, the most alike first`,
    sameOnly: 'Only what counts as the same',
    labels: 'Only these labels',
    likeThis: 'Find more like this',
  },
  map: {
    title: 'All of them at a glance',
    lead: 'Every image has its place; what is alike lies together. Zoom in, pick one, or draw a line around several.',
    placing: 'Finding a place for every image',
    labels: 'Labels',
    noLabel: 'No label',
    selected: 'Selected',
    neighbours: 'Most like it',
    letGo: 'Let go',
    hint: 'Pick an image to see what is most like it. With the lasso you can mark several.',
    inLasso: (count: number) => (count === 0 ? 'Nothing inside' : `${plural(count, 'image')} inside`),
    andMore: (count: number) => `and ${count.toLocaleString('en')} more`,
    method: (method: string) =>
      method === 'umap' || method === 'tsne'
        ? `Placed by ${method === 'umap' ? 'UMAP' : 't-SNE'}: near means alike; how far apart two clusters lie says little.`
        : method === 'pca'
          ? 'Placed by PCA: the plane on which the images differ most.'
          : 'Placed by the model itself, which has two numbers for each image.',
    some: (shown: number, all: number) =>
      `${shown.toLocaleString('en')} of ${plural(all, 'image')} are shown.`,
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fit: 'Show all',
    lasso: 'Mark several with a lasso',
    pictures: 'Pictures or dots',
    said: (count: number) =>
      `Map of ${plural(count, 'image')}. Arrow keys go from image to image, plus and minus zoom, 0 shows all, Escape lets go.`,
  },
  duplicates: {
    title: 'What do you have twice?',
    lead: 'Copies and near copies, side by side. The best of each is proposed to be kept; you decide.',
    alike: 'How different may copies be?',
    within: (distance: string) => `up to distance ${distance}`,
    looking: 'Comparing all with all',
    found: (groups: number, aside: number) =>
      groups === 0
        ? 'Nothing is there twice at this distance.'
        : `${plural(groups, 'group')} of copies; ${plural(aside, 'image')} could go.`,
    more: (count: number) =>
      `${plural(count, 'more group')}: set these aside first, or allow a smaller distance.`,
    keep: 'Keep',
    aside: 'Set aside',
    move: (count: number) => `Move ${count.toLocaleString('en')} to “set-aside”`,
    wereMoved: (count: number) => `${plural(count, 'image')} moved to “set-aside”.`,
    moveAway: (count: number) => `Move ${count.toLocaleString('en')} away`,
    wereMovedAway: (count: number) => `${plural(count, 'image')} moved away.`,
    stayed: (count: number) => `${plural(count, 'image')} stayed where ${count === 1 ? 'it is' : 'they are'}`,
    notBack: (count: number) => `${plural(count, 'image')} could not be brought back`,
    noMoveTo: 'To move copies from here, start the service with --move-to FOLDER.',
    stays: {
      archive: 'stays: in an archive',
      object: 'stays: in another storage',
      sent: 'was sent here, without a file',
    },
    leaveOut: 'Leave them out here',
    list: 'List as .csv',
    undo: (count: number) => `Undo (${count.toLocaleString('en')})`,
    size: (width: number, height: number, bytes: number) =>
      `${width} × ${height}, ${bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`}`,
    notInFolder: (path: string, folder: string) => `${path} is not in the folder “${folder}”`,
    sameFolder: 'choose the same folder that the images were dropped from; nothing was moved',
  },
  report: {
    title: 'How a training went',
    lead: 'The numbers of a run: live while it goes on, or of one that is finished.',
    emptyTitle: 'Open a run',
    emptyLead:
      'Choose the folder that samesame train made, such as runs/demo, or its metrics.jsonl. A folder “run” beside this page is found by itself, and followed while it grows.',
    emptyService:
      'Choose the folder that samesame train made, such as runs/demo, or its metrics.jsonl. To follow a run here while it grows, start the service with --run runs/demo.',
    run: 'Run',
    folder: 'Choose a run folder',
    file: 'Choose metrics.jsonl',
    live: 'followed live',
    whole: 'Whole report',
    save: 'Save the whole report',
    noMetrics: 'there is no metrics.jsonl in it',
    noMetricsHelp: 'choose the folder of a run, as samesame train --out names it',
    noEpoch: 'The first epoch is not over yet.',
    badLine: (line: number) => `line ${line} of metrics.jsonl is not an epoch`,
    expected: 'one JSON object a line, as samesame train writes it',
    badLineHelp: 'choose another copy of the file',
    epoch: 'epoch',
    epochs: 'Epochs',
    loss: 'Loss',
    accuracy: 'Validation accuracy',
    auc: 'Area under the ROC curve',
    rate: 'Images a second',
    best: (epoch: number) => `epoch ${epoch}, the one that is kept`,
    kept: 'kept',
    training: 'training',
    validation: 'validation',
    distances: 'Mean distance of pairs',
    similar: 'similar',
    dissimilar: 'dissimilar',
  },
  teach: {
    title: 'Teach it what you mean',
    lead: 'Show a few photos of each thing that should count as the same. It learns in this tab: no photo is uploaded.',
    thing: (place: number) => `Thing ${place}`,
    nameOf: (place: number) => `Name of thing ${place}`,
    placeholders: ['Name it, such as mugs', 'Another, such as bowls', 'One more'],
    dropHere: 'Drop photos of it here: ten or more are good',
    choose: 'Add photos',
    more: 'Another thing',
    folders: 'Or open a folder of folders',
    removeGroup: (name: string) => `Remove ${name}`,
    removeImage: (name: string) => `Remove ${name}`,
    limit: 'Learn for',
    limits: [
      [60, 'at most 1 minute'],
      [180, 'at most 3 minutes'],
      [600, 'at most 10 minutes'],
      ['', 'as long as it takes'],
    ],
    start: 'Teach',
    ready: 'Ready. You can stop at any time and keep what it knows by then.',
    readyUnmeasured: (enough: number) =>
      `Ready. With ${enough} photos or more of each thing, it could also be measured how good it is.`,
    startWith: 'Start with',
    withModel: (name: string) => `what the open model sees (${name})`,
    withNothing: 'nothing',
    aboutNothing:
      'From nothing it learns simple pictures well, and needs hundreds of photos. With a model that knows photos, a few are enough.',
    missing: {
      groups: 'Give photos to at least two things.',
      photos: (name: string) => `“${name}” has no photos yet: add some, or remove it.`,
      images: (name: string, count: number, least: number) =>
        `“${name}” has ${plural(count, 'photo')}: each thing needs ${least} or more, and ten are good.`,
      name: (thing: string) => `${thing} needs a name.`,
      twice: (name: string) => `Two things are called “${name}”: each needs a name of its own.`,
    },
    prepare: {
      load: 'Starting the engine',
      decode: 'Reading the photos',
      features: 'Looking at the photos',
      compile: 'Building the network',
    },
    learning: (epoch: number, total: number) => `Learning: round ${epoch} of ${total}`,
    epochSaid: (epoch: number, total: number) => `Round ${epoch} of ${total} is done.`,
    measuring: 'Measuring how good it is',
    enough: 'That is enough: keep it',
    back: 'Back to the photos',
    plan: (train: number, validation: number, test: number) =>
      `Learns from ${plural(train, 'photo')}; ${validation} choose the limit${test > 0 ? `, ${test} measure it at the end` : ', which is too few to measure it on others'}.`,
    lossTitle: 'Loss and accuracy',
    loss: 'Loss',
    accuracy: 'Pairs told apart',
    lossSaid: (epoch: number, loss: number, accuracy: string) =>
      `After round ${epoch} the loss is ${loss.toFixed(3)}, and ${accuracy} of pairs are told apart.`,
    mapTitle: 'How it sees your photos',
    mapSaid: (count: number) =>
      `${plural(count, 'photo')} on a plane: what it takes for alike lies together.`,
    mistakesTitle: 'What it still gets wrong',
    noMistakes: 'No mistakes among the photos that it is checked with.',
    tooFar: (name: string) => `Both ${name}, but too far apart`,
    tooNear: (left: string, right: string) => `${left} and ${right}, but too near`,
    doneTitle: 'It has learned',
    took: (time: string, epochs: number, best: number) =>
      `${plural(epochs, 'round')} in ${time}; round ${best} was kept.`,
    download: 'Download the model',
    again: 'Change the photos',
    later:
      'It now gives the answers on this page, and is kept in this browser: find it under Model. The file works with samesame on any computer.',
    laterUnkept:
      'It now gives the answers on this page, until the page is closed. Download it to have it again: the file works here and with samesame on any computer.',
    photosUnkept: (why: string) => `Its photos are not at hand for Try it, Search and Map: ${why}.`,
    tryTitle: 'Try it',
    tryPhoto: 'A photo it has not seen',
    looksLike: (name: string, percent: string) => `Looks like ${name} (${percent})`,
    likeNone: 'Unlike anything that it was taught',
  },
} as const;
